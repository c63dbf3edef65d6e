/** `ssh krl`: the revocation list, a file for hosts. */
import {
  checkTarget,
  type Io,
  moment,
  placeFile,
  sentence,
  unwritableFile,
  withSpinner,
} from '@countersign/terminal';
import { refuseTerminal, writeOut } from '../../binary-output.ts';
import { withStore } from '../../open-store.ts';
import type { Settings } from '../../settings.ts';
import { printResult } from '../../ui/messages.ts';
import { sshOf } from './ssh-of.ts';

/** Everyone can read the list: it contains no secret, and web servers publish it. */
const MODE = 0o644;

export async function writeKrl(io: Io, settings: Settings, { out }: { readonly out: string }): Promise<void> {
  if (out === '-') refuseTerminal(io, 'A revocation list');
  else await writable(out, checkTarget(out, true));
  return withStore(io, settings, async ({ store }) => {
    const bytes = await withSpinner(io, 'Reading the certificates', () =>
      sshOf({ io, store }).certificates.krl(),
    );
    if (out === '-') return writeOut(io, bytes);
    await writable(
      out,
      placeFile({ path: out, mode: MODE, replace: true }, async (file) => {
        await file.writeFile(bytes);
        // Whatever the umask: a web server that cannot read the file leaves hosts with an old one.
        await file.chmod(MODE);
      }),
    );
    const words = sentence`The revocation list of ${moment(io.now() / 1000)} is in ${out}, ${bytes.length} bytes.`;
    await printResult(io, settings, { event: 'ssh_krl_written', file: out, bytes: bytes.length }, words);
  });
}

/** @throws {CliError} unwritable_file */
async function writable(path: string, writing: Promise<void>): Promise<void> {
  await writing.catch((error: unknown) => {
    throw unwritableFile(path, error);
  });
}
