/** `ssh krl`: the revocation list, a file for hosts. */
import { type Io, moment, sentence, withSpinner } from '@countersign/terminal';
import { refuseTerminal, writeOut } from '../../binary-output.ts';
import { withStore } from '../../open-store.ts';
import { checkPublicFile, writePublicFile } from '../../public-file.ts';
import type { Settings } from '../../settings.ts';
import { printResult } from '../../ui/messages.ts';
import { sshOf } from './ssh-of.ts';

export async function writeKrl(io: Io, settings: Settings, { out }: { readonly out: string }): Promise<void> {
  if (out === '-') refuseTerminal(io, 'A revocation list');
  else await checkPublicFile(out);
  return withStore(io, settings, async ({ store }) => {
    const bytes = await withSpinner(io, 'Reading the certificates', () =>
      sshOf({ io, store }).certificates.krl(),
    );
    if (out === '-') return writeOut(io, bytes);
    await writePublicFile(out, bytes);
    const words = sentence`The revocation list of ${moment(io.now() / 1000)} is in ${out}, ${bytes.length} bytes.`;
    await printResult(io, settings, { event: 'ssh_krl_written', file: out, bytes: bytes.length }, words);
  });
}
