/** `jwks`: the public keys with which verifiers check tokens, as a file. */
import { type Io, isoTime, moment, note, sentence } from '@countersign/terminal';
import { writeOut } from '../binary-output.ts';
import { withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { checkPublicFile, writePublicFile } from '../public-file.ts';
import type { Settings } from '../settings.ts';
import { printResult, refusal } from '../ui/messages.ts';
import { tokensOf } from './service/tokens-of.ts';

export const defineJwks: Define = (jwks, perform) => {
  jwks
    .requiredOption('--out <file>', 'the file, which is replaced in one step; - is standard output')
    .action(perform(writeJwks));
};

async function writeJwks(io: Io, settings: Settings, { out }: { readonly out: string }): Promise<void> {
  if (out !== '-') await checkPublicFile(out);
  return withStore(io, settings, async (opened) => {
    const { jwks, goodUntil } = await tokensOf(opened).tokens.publishedKeys();
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
    const event = { event: 'jwks_written', file: out, keys: jwks.keys.length, goodUntil: isoTime(goodUntil) };
    await printResult(io, settings, event, `${sentence`The public keys are in ${out}.`} ${until}`);
  });
}
