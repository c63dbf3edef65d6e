/** `store …`: the store as a whole. */
import { openRegistry, restoreBackup } from '@countersign/auth-server/accounts';
import type { AuditKind } from '@countersign/auth-server/audit';
import {
  type Backend,
  type BackupReport,
  type Bad,
  copyStore,
  openStore,
  type Store,
  StoreError,
  type Unlock,
} from '@countersign/secure-store';
import { isSamePlace } from '@countersign/secure-store/place';
import {
  CliError,
  checkTarget,
  chunksOf,
  confirm,
  counted,
  EXIT,
  type ExitCode,
  foldersWithRootsFiles,
  type Io,
  isoTime,
  makeOwnFolder,
  moment,
  note,
  openPrompts,
  openToRead,
  type Prompts,
  placeFile,
  plain,
  printJson,
  printLine,
  readable,
  sentence,
  styleFor,
  unwritableFile,
  warn,
  withSpinner,
} from '@countersign/terminal';
import { YES, type YesOption } from '../arguments.ts';
import { refuseTerminal, writeOut } from '../binary-output.ts';
import { checkDataDir, inStore, type Opened, openBackend, withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { parseStorePlace, type Settings } from '../settings.ts';
import { RESTORE_A_BACKUP, serverCall, usageError, warnOfRootsFiles } from '../ui/messages.ts';
import { askUnlock, forget, unlocking } from '../unlock.ts';

interface CheckOptions {
  readonly removeLeftovers?: boolean | undefined;
}

interface RestoreOptions extends YesOption {
  readonly replace?: boolean | undefined;
}

interface CopyOptions extends RestoreOptions {
  readonly move?: boolean | undefined;
}

const REPLACE = ['--replace', 'overwrite an existing store'] as const;
const CHECKING = 'Reading every record';

export const defineStore: Define = (store, perform) => {
  store
    .command('check')
    .description('read every record, and report damage')
    .option('--remove-leftovers', 'delete the remains of an interrupted restore or copy')
    .action(perform(inStore(checkStore, { walkAll: true })));
  store
    .command('backup <file>')
    .description(
      'write the whole store to an encrypted file, or to standard output with -, while servers run',
    )
    .action(perform(backUp));
  store
    .command('restore <file>')
    .description('restore a backup to the place of --store; earlier codes and invitations become invalid')
    .option(...REPLACE)
    .option(...YES)
    .action(perform(restore));
  store
    .command('copy <place>')
    .description(
      'copy the store to another place, lmdb:DIR or postgres://USER@HOST/DATABASE, while servers run',
    )
    .option('--move', 'stop all use of the old place, so that no later change is lost')
    .option(...REPLACE)
    .option(...YES)
    .action(perform(copy));
};

async function checkStore(
  { io, settings, store }: Opened,
  { removeLeftovers }: CheckOptions,
): Promise<ExitCode> {
  const { signal } = io;
  if (removeLeftovers) await withSpinner(io, CHECKING, () => store.removeLeftovers());
  const report = await withSpinner(io, CHECKING, () => store.check({ signal }));
  const { records, slots, bad, leftovers } = report;
  if (settings.json) await printJson(io, { event: 'checked', records, slots, bad, leftovers });
  else {
    await printBad(io, bad);
    const result = bad.length === 0 ? 'No problems' : counted(bad.length, 'problem');
    await printLine(io, `${counted(records, 'record')} and ${counted(slots, 'slot')} checked. ${result}.`);
    if (bad.length > 0) {
      note(io, `Everything else continues to work. ${RESTORE_A_BACKUP}`);
      note(io, 'Without a backup: make one now and restore it. It contains only the readable records.');
    }
    const rows = counted(leftovers, 'row');
    if (leftovers > 0)
      note(io, `${rows} of an interrupted restore remain. They do no harm; --remove-leftovers deletes them.`);
  }
  return exitFor(report);
}

async function backUp(io: Io, settings: Settings, path: string): Promise<ExitCode> {
  const toOutput = path === '-';
  if (toOutput) refuseTerminal(io, 'A backup');
  else
    await checkTarget(path, false).catch((error: unknown) => {
      throw unwritableFile(path, error);
    });
  return withStore(io, settings, async ({ store }) => {
    const write = toOutput
      ? store.backup({ signal: io.signal, write: (chunk) => writeOut(io, chunk) })
      : withSpinner(io, 'Writing the backup', () => writeBackup(io, store, path));
    const report = await write;
    await record(io, store, 'store.backed_up', toOutput ? 'standard output' : path);
    await printBackup(io, settings, report, toOutput ? undefined : path);
    return exitFor(report);
  });
}

/** @param path where the backup is; without it standard output has the backup, and everything else goes to stderr */
async function printBackup(
  io: Io,
  { json }: Settings,
  { records, bytes, bad }: BackupReport,
  path: string | undefined,
): Promise<void> {
  if (path === undefined) {
    note(io, `Backed up ${counted(records, 'record')}, ${bytes} bytes, encrypted.`);
    for (const { what, place, problem } of bad) note(io, `${what} ${plain(place)}  ${problem}`);
  } else if (json) {
    return printJson(io, { event: 'backed_up', file: path, records, bytes, bad });
  } else {
    await printLine(
      io,
      sentence`Backed up ${counted(records, 'record')} to ${path}, ${bytes} bytes, encrypted.`,
    );
    note(
      io,
      'It can be unlocked with the current passphrases and key files, even if they are changed later.',
    );
    await printBad(io, bad);
  }
  if (bad.length > 0) note(io, 'These could not be read and are not in the backup.');
}

async function restore(
  io: Io,
  settings: Settings,
  path: string,
  { replace = false, yes }: RestoreOptions,
): Promise<void> {
  const { signal, now: clock, randomBytes } = io;
  const { store: place, dataDir, json } = settings;
  await checkDataDir(settings);
  const openFile = () => readable(path, openToRead(path, signal), signal);
  let file = await openFile();
  const backend = await openBackend(place);
  let isBegun = false;
  try {
    const ask = async (prompts: Prompts) => {
      if (replace) await confirm(io, prompts, { message: replacing(place.text), yes });
      else await prompts.done();
    };
    const report = await withUnlock(io, settings, ask, async (unlock) => {
      await makeOwnFolder(dataDir);
      return withSpinner(io, 'Restoring the backup', async () => {
        if (isBegun) {
          await file.close();
          file = await openFile();
        }
        isBegun = true;
        const source = chunksOf(file, signal);
        return restoreBackup({ ...unlock, backend, source, replace, signal, clock, randomBytes });
      });
    });
    const { created, records, changed, removed, sshPaused, tokensPaused } = report;
    if (json)
      return printJson(io, {
        event: 'restored',
        created: isoTime(created),
        records,
        changed,
        removed,
        sshPaused,
        tokensPaused,
      });
    await printLine(io, `${counted(records, 'record')} restored from ${moment(created)}.`);
    note(
      io,
      'Accounts and passwords are those of the backup. Recovery codes and invitations from before are no longer valid, and the ' +
        'next code of every user must be a new one. Restart the servers.',
    );
    note(
      io,
      "The backup does not contain the server's key and certificate. Copy the folder tls from the old data directory; otherwise " +
        'clients will warn their users about a new key.',
    );
    if (sshPaused)
      note(
        io,
        'All SSH certificates are revoked with the next revocation list, and none is issued, so that a restore on a second machine ' +
          `does no harm. If this store is the real one: ${serverCall(io, settings, 'ssh', 'resume')}`,
      );
    if (tokensPaused)
      note(
        io,
        'All tokens are invalid, since their keys were deleted, and none is issued. If this store is the real one: ' +
          serverCall(io, settings, 'service', 'resume'),
      );
  } finally {
    await backend.close();
    await file.close();
  }
}

async function copy(
  io: Io,
  settings: Settings,
  to: string,
  { move = false, replace = false, yes }: CopyOptions,
): Promise<ExitCode> {
  const { signal } = io;
  const { store: place, json } = settings;
  const target = parseStorePlace(to);
  if (isSamePlace(place, target))
    throw usageError(
      'same_place',
      sentence`The store is already at ${target.text}. Nothing was copied.`,
      'Choose another place.',
    );
  await checkDataDir(settings);
  await checkDataDir({ ...settings, store: target });
  const ask = async (prompts: Prompts) => {
    if (!replace && !move) await prompts.done();
    if (replace) await confirm(io, prompts, { message: replacing(target.text), yes, more: move });
    const message = 'Servers will no longer be able to use the old place. Continue?';
    if (move) await confirm(io, prompts, { message, yes });
  };
  const work = async (unlock: Unlock) => {
    const backends: Backend[] = [];
    try {
      const from = await openBackend(place);
      backends.push(from);
      const into = await openBackend(target);
      backends.push(into);
      const mode = move ? 'move' : 'copy';
      const done = await copyStore({ ...unlock, from, to: into, mode, replace, signal });
      const store = await openStore({ ...unlock, backend: move ? into : from });
      if (move) await record(io, store, 'store.moved', place.text);
      else await record(io, store, 'store.copied', target.text);
      return done;
    } finally {
      for (const backend of backends) await backend.close();
    }
  };
  const report = await withUnlock(io, settings, ask, (unlock) =>
    withSpinner(io, 'Copying every record', () => work(unlock)),
  );
  const { records, followed, bad } = report;
  if (json) await printJson(io, { event: move ? 'moved' : 'copied', records, followed, bad });
  else {
    const moved = move ? 'moved' : 'copied';
    await printLine(io, sentence`${counted(records, 'record')} ${moved} to ${target.text}.`);
    await printBad(io, bad);
    if (bad.length > 0) note(io, 'These could not be read and were left out.');
    if (move) note(io, sentence`Restart the servers with: --store ${target.text}`);
    else note(io, 'Servers continue to use the original. Later changes are not in the copy.');
  }
  for (const folder of await foldersWithRootsFiles(target.folder === undefined ? [] : [target.folder]))
    warnOfRootsFiles(io, folder);
  return exitFor(report);
}

/** A backup or copy is kept even if its event cannot be written, for example because the disk is full. */
async function record(io: Io, store: Store, kind: AuditKind, detail: string): Promise<void> {
  const { journal } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  try {
    await journal.commit([], [{ kind, detail }]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    warn(io, sentence`This could not be recorded in the audit log. ${error.message}`);
  }
}

function exitFor({ bad }: { readonly bad: readonly unknown[] }): ExitCode {
  return bad.length === 0 ? EXIT.done : EXIT.store;
}

function replacing(place: string): string {
  return sentence`Any existing store at ${place} will be overwritten. Continue?`;
}

async function printBad(io: Io, bad: readonly Bad[]): Promise<void> {
  const { red } = styleFor(io.stdout, io.env);
  for (const { what, place, problem } of bad)
    await printLine(io, `${red(`${what} ${plain(place)}`)}  ${problem}`);
}

function writeBackup(io: Io, store: Store, path: string): Promise<BackupReport> {
  const refuse = (error: unknown): never => {
    throw unwritableFile(path, error);
  };
  return placeFile({ path, mode: 0o600, replace: false }, (file) =>
    store.backup({ signal: io.signal, write: (chunk) => file.writeFile(chunk).catch(refuse) }),
  ).catch((error: unknown) => {
    if (error instanceof CliError || error instanceof StoreError || io.signal.aborted) throw error;
    return refuse(error);
  });
}

/** Asks for the passphrase, and once for what `confirming` asks. `work` must check the passphrase before it changes anything. */
async function withUnlock<T>(
  io: Io,
  settings: Settings,
  confirming: (prompts: Prompts) => Promise<void>,
  work: (unlock: Unlock) => Promise<T>,
): Promise<T> {
  const prompts = openPrompts(io);
  let isConfirmed = false;
  try {
    return await unlocking(io, prompts, settings, {
      async ask() {
        const unlock = await askUnlock(io, prompts, settings);
        if (!isConfirmed) await confirming(prompts);
        isConfirmed = true;
        return unlock;
      },
      open: (unlock) => work(unlock).finally(() => forget(unlock)),
    });
  } finally {
    prompts.close();
  }
}
