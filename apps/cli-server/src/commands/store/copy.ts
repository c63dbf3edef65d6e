/** `store copy`: to another place. */
import { type Backend, copyStore, openStore, type Unlock } from '@countersign/secure-store';
import { isSamePlace } from '@countersign/secure-store/place';
import {
  confirm,
  counted,
  type ExitCode,
  note,
  type Prompts,
  printJson,
  printLine,
  sentence,
  usageError,
  withSpinner,
  withUnlock,
} from '@countersign/terminal';
import type { On } from '../../command.ts';
import { checkDataDir, openBackend } from '../../open-store.ts';
import { parseStorePlace } from '../../settings.ts';
import { warnOfRootsFiles } from '../../ui/messages.ts';
import { exitFor, printBad, record } from './outcome.ts';
import { type RestoreOptions, replacing } from './restore.ts';

interface CopyOptions extends RestoreOptions {
  readonly move?: boolean | undefined;
}

export async function copy(
  { io, settings }: On,
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
  if (target.folder !== undefined) await warnOfRootsFiles(io, [target.folder]);
  return exitFor(report);
}
