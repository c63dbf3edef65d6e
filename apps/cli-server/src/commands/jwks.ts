/** `jwks`: the public keys with which verifiers check tokens, as a file. */
import { openTokens } from '@countersign/auth-server/credentials';
import {
  checkPublicFile,
  isoTime,
  moment,
  note,
  sentence,
  writeOut,
  writePublicFile,
} from '@countersign/terminal';
import { OUT } from '../arguments.ts';
import { type Leaf, type On, withStore } from '../command.ts';
import { refusal } from '../ui/messages.ts';

export const command: Leaf = {
  takes: (jwks) => jwks.requiredOption(...OUT),
  run: writeJwks,
  examples: {
    'write the keys to a file': '--out /srv/www/jwks.json',
    'with the passphrase from a file': '--out jwks.json --passphrase-file /etc/countersign/passphrase',
  },
};

async function writeJwks(on: On, { out }: { readonly out: string }): Promise<void> {
  if (out !== '-') await checkPublicFile(out);
  return withStore(on, async ({ io, world, say }) => {
    const { jwks, goodUntil } = await openTokens(world).tokens.publishedKeys();
    if (goodUntil === undefined)
      throw refusal(
        'no_keys',
        'There are no keys for tokens yet.',
        'The first service makes them: countersign-server service add. After a restore: countersign-server service resume',
      );
    const text = `${JSON.stringify(jwks, null, 2)}\n`;
    const until = `This copy is good until ${moment(goodUntil)}: until then, no other key signs.`;
    if (out === '-') {
      await writeOut(io, text);
      return note(io, until);
    }
    await writePublicFile(out, text);
    await say({
      json: { event: 'jwks_written', file: out, keys: jwks.keys.length, goodUntil: isoTime(goodUntil) },
      text: `${sentence`The public keys are in ${out}.`} ${until}`,
    });
  });
}
