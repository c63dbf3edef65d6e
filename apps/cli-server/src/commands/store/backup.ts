/** `store backup`: one file with the whole store and, if asked for, the key and certificate of the server. */
import { identityForBackup } from '@countersign/auth-server/accounts';
import { type BackupOptions, type BackupReport, type Store, StoreError } from '@countersign/secure-store';
import {
  CliError,
  checkTarget,
  counted,
  type ExitCode,
  type Io,
  note,
  placeFile,
  plain,
  printJson,
  printLine,
  refuseTerminal,
  sentence,
  unwritableFile,
  usageError,
  withSpinner,
  writable,
  writeOut,
} from '@countersign/terminal';
import { type On, withStore } from '../../command.ts';
import type { Settings } from '../../settings.ts';
import { hasOwnTlsFiles, ownTlsFiles, readTlsFiles } from '../../tls-files.ts';
import { exitFor, printBad, record } from './outcome.ts';

interface BackUpOptions {
  readonly withIdentity?: boolean | undefined;
}

export async function backUp(
  on: On,
  path: string,
  { withIdentity = false }: BackUpOptions,
): Promise<ExitCode> {
  const { io, settings } = on;
  const identity = withIdentity ? await ownIdentity(io, settings) : undefined;
  const toOutput = path === '-';
  if (toOutput) refuseTerminal(io, 'A backup');
  else await writable(path, checkTarget(path, false));
  return withStore(on, async ({ store }) => {
    const more = identity && [identityForBackup(store, identity)];
    const write = toOutput
      ? store.backup({ signal: io.signal, more, write: (chunk) => writeOut(io, chunk) })
      : withSpinner(io, 'Writing the backup', () => writeBackup(io, store, path, more));
    const report = await write;
    await record(io, store, 'store.backed_up', toOutput ? 'standard output' : path);
    await printBackup(io, settings, report, { path: toOutput ? undefined : path, withIdentity });
    return exitFor(report);
  });
}

/** @throws {CliError} no_identity */
async function ownIdentity({ signal }: Io, { dataDir }: Settings) {
  if (hasOwnTlsFiles(dataDir)) return readTlsFiles(ownTlsFiles(dataDir), signal);
  throw usageError(
    'no_identity',
    sentence`The data directory ${dataDir} has no server key.`,
    'Keep a copy of the files that are given with --tls-key and --tls-cert.',
  );
}

/** Without `path`, the backup goes to standard output and everything else to stderr. */
async function printBackup(
  io: Io,
  { json }: Settings,
  { records, bytes, bad }: BackupReport,
  { path, withIdentity }: { readonly path: string | undefined; readonly withIdentity: boolean },
): Promise<void> {
  if (path === undefined) {
    note(io, `Backed up ${counted(records, 'record')}, ${bytes} bytes, encrypted.`);
    for (const { what, place, problem } of bad) note(io, `${what} ${plain(place)}  ${problem}`);
  } else if (json) {
    return printJson(io, { event: 'backed_up', file: path, records, bytes, withIdentity, bad });
  } else {
    await printLine(
      io,
      sentence`Backed up ${counted(records, 'record')} to ${path}, ${bytes} bytes, encrypted.`,
    );
    note(
      io,
      'It can be unlocked with the current passphrases and key files, even if they are changed later.',
    );
    if (withIdentity) note(io, "It contains the server's key and certificate.");
    await printBad(io, bad);
  }
  if (bad.length > 0) note(io, 'These could not be read and are not in the backup.');
}

function writeBackup(io: Io, store: Store, path: string, more: BackupOptions['more']): Promise<BackupReport> {
  const { signal } = io;
  const placing = placeFile({ path, mode: 0o600, replace: false }, (file) =>
    store.backup({ signal, more, write: (chunk) => writable(path, file.writeFile(chunk)) }),
  );
  return placing.catch((error: unknown) => {
    if (error instanceof CliError || error instanceof StoreError || signal.aborted) throw error;
    throw unwritableFile(path, error);
  });
}
