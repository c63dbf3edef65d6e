/** `ssh setup`, `ssh krl`: what hosts need. */
import { openSsh, setupScript } from '@countersign/auth-server/credentials';
import {
  checkPublicFile,
  moment,
  note,
  refuseTerminal,
  sentence,
  withSpinner,
  writeOut,
  writePublicFile,
} from '@countersign/terminal';
import { type On, type Opened, withStore } from '../../command.ts';
import { trustedAuthorities } from './authorities.ts';

export async function printSetup(
  opened: Opened,
  { krlUrl }: { readonly krlUrl?: string | undefined },
): Promise<void> {
  const { io, settings, say, call } = opened;
  const authorities = (await trustedAuthorities(opened)).map(({ publicKey }) => publicKey);
  const writeKrl = call('ssh', 'krl', '--out', 'KRL');
  const script = setupScript({ authorities, krlUrl, writeKrl });
  if (settings.json) return say({ json: { event: 'ssh_setup', authorities, krlUrl, script } });
  await writeOut(io, script);
  note(io, 'Read it, then run it as root on each host: sh FILE');
}

export async function writeKrl(on: On, { out }: { readonly out: string }): Promise<void> {
  if (out === '-') refuseTerminal(on.io, 'A revocation list');
  else await checkPublicFile(out);
  return withStore(on, async ({ io, world, say }) => {
    const bytes = await withSpinner(io, 'Reading the certificates', () => openSsh(world).certificates.krl());
    if (out === '-') return writeOut(io, bytes);
    await writePublicFile(out, bytes);
    await say({
      json: { event: 'ssh_krl_written', file: out, bytes: bytes.length },
      text: sentence`The revocation list of ${moment(io.now() / 1000)} is in ${out}, ${bytes.length} bytes.`,
    });
  });
}
