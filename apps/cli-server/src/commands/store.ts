/** `store …`: the store as a whole: check, backup, restore, copy. */
import { openRegistry, restoreRules, tellOfRestore } from '@countersign/auth-server/accounts';
import type { AuditKind } from '@countersign/auth-server/audit';
import {
  type Backend,
  type BackupReport,
  copyStore,
  openStore,
  restoreStore,
  type Store,
  StoreError,
  type Unlock,
} from '@countersign/secure-store';
import { isSamePlace, type Place } from '@countersign/secure-store/place';
import {
  CliError,
  checkTarget,
  chunksOf,
  confirm,
  EXIT,
  type ExitCode,
  type Io,
  openPrompts,
  openToRead,
  type Prompts,
  placeFile,
  withSpinner,
} from '@countersign/terminal';
import type { YesOption } from '../command-line/perform.ts';
import { checkDataDir, makeDataDir } from '../data-dir.ts';
import { openBackend, withStore } from '../open-store.ts';
import { rootsFiles } from '../owners.ts';
import { parseStorePlace, type Settings } from '../settings.ts';
import { waits } from '../ui/asking.ts';
import { existingFile, unreadableFile, unwritableFile } from '../ui/errors.ts';
import {
  noteBackup,
  outputIsTerminal,
  samePlace,
  sayRestored,
  storeQuestions,
  tellOfBackup,
  tellOfCheck,
  tellOfCopy,
  warnOfRootsFiles,
  warnUnrecorded,
} from '../ui/store.ts';
import { askUnlock, forget, unlocking } from '../unlock.ts';

export interface CheckStoreOptions {
  readonly removeLeftovers?: boolean;
}

export interface RestoreOptions extends YesOption {
  readonly replace?: boolean;
}

export interface CopyOptions extends RestoreOptions {
  readonly move?: boolean;
}

export async function checkStore(
  io: Io,
  settings: Settings,
  { removeLeftovers }: CheckStoreOptions,
): Promise<ExitCode> {
  const task = async (store: Store) => {
    const { signal } = io;
    if (removeLeftovers) await withSpinner(io, waits.checking, () => store.removeLeftovers());
    const report = await withSpinner(io, waits.checking, () => store.check({ signal }));
    await tellOfCheck(io, settings, report);
    return exitFor(report);
  };
  return withStore(io, settings, task, { walk: 'all' });
}

export async function backUp(io: Io, settings: Settings, path: string): Promise<ExitCode> {
  if (path === '-') return backUpToOutput(io, settings);
  await checkTarget(path, false).catch((error: unknown) => refuseTarget(path, error));
  return withStore(io, settings, async (store) => {
    const report = await withSpinner(io, waits.backingUp, () => writeBackup(io, store, path));
    await record(io, store, 'store.backed_up', path);
    await tellOfBackup(io, settings, report, path);
    return exitFor(report);
  });
}

export async function restore(
  io: Io,
  settings: Settings,
  path: string,
  { replace = false, yes }: RestoreOptions,
): Promise<ExitCode> {
  await checkDataDir(settings);
  const openFile = () =>
    openToRead(path, io.signal).catch((error: unknown) => {
      io.signal.throwIfAborted();
      throw unreadableFile(path, error);
    });
  let file = await openFile();
  const backend = await openBackend(settings.store);
  let isBegun = false;
  try {
    const ask = async (prompts: Prompts) => {
      if (replace) await confirm(io, prompts, { message: storeQuestions.replace(settings.store), yes });
      else await prompts.done();
    };
    const report = await withUnlock(io, settings, ask, async (unlock) => {
      await makeDataDir(settings.dataDir);
      return withSpinner(io, waits.restoring, async () => {
        const rules = restoreRules(Math.floor(io.now() / 1000), io.randomBytes);
        if (isBegun) {
          await file.close();
          file = await openFile();
        }
        isBegun = true;
        const source = chunksOf(file, io.signal);
        const done = await restoreStore({ ...unlock, backend, source, replace, rules, signal: io.signal });
        const store = await openStore({ ...unlock, backend });
        await tellOfRestore(store, done.created, { clock: io.now, randomBytes: io.randomBytes });
        return done;
      });
    });
    await sayRestored(io, settings, report);
    return EXIT.done;
  } finally {
    await backend.close();
    await file.close();
  }
}

export async function copy(
  io: Io,
  settings: Settings,
  to: string,
  { move = false, replace = false, yes }: CopyOptions,
): Promise<ExitCode> {
  const place = parseStorePlace(to);
  if (isSamePlace(settings.store, place)) throw samePlace(place);
  await checkDataDir(settings);
  await checkDataDir({ ...settings, store: place });
  const ask = async (prompts: Prompts) => {
    if (!replace && !move) await prompts.done();
    if (replace) await confirm(io, prompts, { message: storeQuestions.replace(place), yes, more: move });
    if (move) await confirm(io, prompts, { message: storeQuestions.move, yes });
  };
  const mode = move ? 'move' : 'copy';
  const report = await withUnlock(io, settings, ask, (unlock) =>
    withSpinner(io, waits.copying, () =>
      between(settings.store, place, async (from, target) => {
        const done = await copyStore({ ...unlock, from, to: target, mode, replace, signal: io.signal });
        const store = await openStore({ ...unlock, backend: move ? target : from });
        if (move) await record(io, store, 'store.moved', settings.store.text);
        else await record(io, store, 'store.copied', place.text);
        return done;
      }),
    ),
  );
  await tellOfCopy(io, settings, report, { mode, place });
  for (const files of await rootsFiles({ ...settings, store: place })) warnOfRootsFiles(io, files);
  return exitFor(report);
}

/** A copy that was made stays made where its event cannot be written, as on a full disk, which may be why it was made. */
async function record(io: Io, store: Store, kind: AuditKind, detail: string): Promise<void> {
  const { journal } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  try {
    await journal.commit([], [{ kind, detail }]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    warnUnrecorded(io, error);
  }
}

/** What cannot be opened is told on stdout; the number says that there is something. */
function exitFor({ bad }: { readonly bad: readonly unknown[] }): ExitCode {
  return bad.length === 0 ? EXIT.done : EXIT.store;
}

/** A backup on standard output, where nothing else is printed. */
async function backUpToOutput(io: Io, settings: Settings): Promise<ExitCode> {
  if (io.stdout.isTTY === true) throw outputIsTerminal();
  return withStore(io, settings, async (store) => {
    const report = await store.backup({ signal: io.signal, write: (chunk) => writeOut(io, chunk) });
    await record(io, store, 'store.backed_up', 'standard output');
    noteBackup(io, report);
    return exitFor(report);
  });
}

/** Resolves when the stream has taken the bytes, so that a slow reader slows the backup down. */
function writeOut(io: Io, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

function writeBackup(io: Io, store: Store, path: string): Promise<BackupReport> {
  const refuse = (error: unknown) => refuseTarget(path, error);
  return placeFile({ path, mode: 0o600, replace: false }, (file) =>
    store.backup({ signal: io.signal, write: (chunk) => file.writeFile(chunk).catch(refuse) }),
  ).catch((error: unknown) => {
    if (error instanceof CliError || error instanceof StoreError || io.signal.aborted) throw error;
    return refuse(error);
  });
}

function refuseTarget(path: string, error: unknown): never {
  const taken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
  throw taken ? existingFile(path) : unwritableFile(path, error);
}

/** Asks for the passphrase and then, once, what `confirming` asks. `work` opens with the passphrase before it changes anything. */
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

async function between<T>(
  from: Place,
  to: Place,
  task: (from: Backend, to: Backend) => Promise<T>,
): Promise<T> {
  const source = await openBackend(from);
  try {
    const target = await openBackend(to);
    try {
      return await task(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
