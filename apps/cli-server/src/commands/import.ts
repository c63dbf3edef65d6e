/** `import …`: users of another system, who keep their passwords and authenticators. */
import {
  type ImportRow,
  openRegistry,
  planImport,
  type RowProblem,
  readJsonLinesFile,
  readLegacyFile,
  runImport,
} from '@countersign/auth-server/accounts';
import type { Store } from '@countersign/secure-store';
import {
  confirm,
  EXIT,
  type ExitCode,
  type Io,
  type Prompts,
  readSecretFile,
  warn,
  withSpinner,
  withTries,
} from '@countersign/terminal';
import { isCoded } from '../coded-error.ts';
import type { YesOption } from '../command-line/perform.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { readBinaryFile, readTextFile } from '../text-file.ts';
import {
  importQuestions,
  importWaits,
  namesTaken,
  notALegacyFile,
  showImport,
  tellOfInterruptedImport,
  unmatchedRename,
  unresolvedRows,
  wrongLegacyPassword,
} from '../ui/import.ts';

export interface ImportOptions extends YesOption {
  readonly dryRun?: boolean;
  /** From names of the other system, or `LINE:NAME`, to names here. */
  readonly rename?: ReadonlyMap<string, string>;
  readonly skipUnresolved?: boolean;
}

export interface LegacyOptions extends ImportOptions {
  readonly legacyPassphraseFile?: string;
}

const ASKING = { asks: true } as const;

type Rows = readonly (ImportRow | RowProblem)[];

export async function importLegacy(
  io: Io,
  settings: Settings,
  file: string,
  options: LegacyOptions,
): Promise<ExitCode> {
  const bytes = await readBinaryFile(file, io.signal);
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      const rows = await withTries(prompts, {
        isTyped: io.isTerminal && isAsked(options.legacyPassphraseFile),
        async attempt() {
          const reading = readLegacyFile(
            bytes,
            await askLegacyPassword(io, prompts, options.legacyPassphraseFile),
          );
          if (!reading.ok) throw notALegacyFile(file);
          return reading.rows;
        },
        isWrong: (error) => isCoded(error) && error.code === 'not_a_legacy_file',
        say: (left) => warn(io, wrongLegacyPassword(left)),
      });
      return take(io, settings, store, prompts, rows, options);
    },
    ASKING,
  );
}

export async function importUsers(
  io: Io,
  settings: Settings,
  file: string,
  options: ImportOptions,
): Promise<ExitCode> {
  const rows = readJsonLinesFile(await readTextFile(file, io.signal));
  const task = (store: Store, prompts: Prompts) => take(io, settings, store, prompts, rows, options);
  return withStore(io, settings, task, ASKING);
}

async function take(
  io: Io,
  settings: Settings,
  store: Store,
  prompts: Prompts,
  rows: Rows,
  options: ImportOptions,
): Promise<ExitCode> {
  const { dryRun = false, skipUnresolved = false, rename: renames = new Map(), yes } = options;
  const { now, randomBytes, signal } = io;
  const { accounts } = openRegistry({ store, clock: now, randomBytes });
  const seconds = Math.floor(now() / 1000);
  const plan = await withSpinner(io, importWaits.planning, () =>
    planImport({ rows, renames, accounts, now: seconds, signal }),
  );
  const [unmatched] = plan.unmatched;
  if (unmatched) throw unmatchedRename(unmatched);
  const stopped = plan.unresolved.length > 0 && !skipUnresolved;
  if (dryRun || stopped) {
    await showImport(io, settings, plan, { dryRun });
    if (stopped) throw unresolvedRows(plan.unresolved);
    return EXIT.done;
  }
  if (plan.take.length > 0)
    await confirm(io, prompts, { message: importQuestions.take(plan.take.length), yes });
  const outcome = await withSpinner(io, importWaits.taking, () => runImport(accounts, plan, { signal }));
  if (outcome.left > 0) tellOfInterruptedImport(io, outcome);
  await showImport(io, settings, plan, { dryRun, outcome });
  if (outcome.left > 0) signal.throwIfAborted();
  if (outcome.overtaken.length > 0) throw namesTaken(outcome);
  return EXIT.done;
}

/** `-` is as without a file. */
function isAsked(file: string | undefined): file is undefined | '-' {
  return file === undefined || file === '-';
}

/** Of a database that nobody can open any more otherwise: the old system never checked what was typed. */
async function askLegacyPassword(io: Io, prompts: Prompts, file: string | undefined): Promise<string> {
  const what = importQuestions.legacyPassword;
  if (isAsked(file)) return prompts.secret({ message: what });
  return readSecretFile({ path: file, what, prompts, signal: io.signal });
}
