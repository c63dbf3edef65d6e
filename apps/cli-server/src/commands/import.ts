/** `import …`: users of another system, who keep their passwords and authenticators. */
import {
  canBeRenamed,
  type ImportRow,
  openRegistry,
  planImport,
  type RowProblem,
  readJsonLinesFile,
  readLegacyFile,
  runImport,
  type UnmatchedRename,
} from '@countersign/auth-server/accounts';
import {
  type CliError,
  counted,
  note,
  readBinaryFile,
  readSecretFile,
  readTextFile,
  sentence,
  usageError,
  warn,
  withSpinner,
  withTries,
} from '@countersign/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import { YES, type YesOption } from '../arguments.ts';
import { type Group, type On, type Opened, withStore } from '../command.ts';
import { isCoded } from '../explain.ts';
import { reportImport } from '../ui/import-report.ts';
import { refusal, storeError } from '../ui/messages.ts';

interface ImportOptions extends YesOption {
  readonly dryRun?: boolean | undefined;
  /** From names of the other system, or `LINE:NAME`, to names here. */
  readonly rename?: ReadonlyMap<string, string> | undefined;
  readonly skipUnresolved?: boolean | undefined;
}

interface LegacyOptions extends ImportOptions {
  readonly legacyPassphraseFile?: string | undefined;
}

export const commands: Group = {
  'legacy <file>': {
    about: "the old system's database: users keep their passwords and authenticators",
    takes: (command) =>
      withOptions(command).option(
        '--legacy-passphrase-file <file>',
        "read the old system's administrator password from a file",
      ),
    run: importLegacy,
    examples: {
      'only report what would happen': 'users.csv --dry-run',
      'with another name for one user': 'users.csv --rename "Bob B=bob"',
    },
  },
  'users <file>': {
    about: 'users with verifiers of another SRP library, as JSON lines',
    takes: withOptions,
    run: importUsers,
    examples: {
      'only report what would happen': 'users.jsonl --dry-run',
      'without a confirmation': 'users.jsonl --yes',
    },
  },
};

function withOptions(command: Command): Command {
  return command
    .option('--dry-run', 'report what would be imported, and change nothing')
    .option(
      '--rename <old=new>',
      'import a user under another name; LINE:OLD=NEW if several users have that name; can be repeated',
      rename,
    )
    .option('--skip-unresolved', 'skip the users who cannot be imported, and list them')
    .option(...YES);
}

/** The last `=` separates the names: both may contain one, but names here rarely end with one. */
function rename(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Give OLD=NEW, such as Alice=alice2.');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}

async function importLegacy(on: On, file: string, options: LegacyOptions): Promise<void> {
  const { io } = on;
  const bytes = await readBinaryFile(file, io.signal);
  const passphraseFile = options.legacyPassphraseFile;
  const isTyped = passphraseFile === undefined || passphraseFile === '-';
  const task = async (opened: Opened) => {
    const { prompts } = opened;
    const what = "The old system's administrator password";
    const rows = await withTries(prompts, {
      isTyped: io.isTerminal && isTyped,
      async attempt() {
        // The old system accepted any password, so there is no rule for it.
        const path = passphraseFile ?? '-';
        const reading = readLegacyFile(
          bytes,
          await readSecretFile({ path, what, prompts, signal: io.signal }),
        );
        if (reading.ok) return reading.rows;
        const message = sentence`${file} cannot be decrypted: wrong password, or not a database of the old system.`;
        throw storeError('not_a_legacy_file', message, 'Nothing was changed.');
      },
      isWrong: (error) => isCoded(error) && error.code === 'not_a_legacy_file',
      say: (left) => warn(io, `Wrong password for this file. ${counted(left, 'try', 'tries')} left.`),
    });
    await importRows(opened, rows, options);
  };
  return withStore(on, task, { asks: true });
}

async function importUsers(on: On, file: string, options: ImportOptions): Promise<void> {
  const rows = readJsonLinesFile(await readTextFile(file, on.io.signal));
  return withStore(on, (opened) => importRows(opened, rows, options), { asks: true });
}

async function importRows(
  opened: Opened,
  rows: readonly (ImportRow | RowProblem)[],
  options: ImportOptions,
): Promise<void> {
  const { dryRun = false, skipUnresolved = false, rename: renames = new Map(), yes } = options;
  const { io, world, confirm } = opened;
  const { signal } = io;
  const { accounts } = openRegistry(world);
  const now = Math.floor(io.now() / 1000);
  const plan = await withSpinner(io, 'Checking every user', () =>
    planImport({ rows, renames, accounts, now, signal }),
  );
  const [unmatched] = plan.unmatched;
  if (unmatched) throw unmatchedRename(unmatched);
  const isStopped = plan.unresolved.length > 0 && !skipUnresolved;
  if (dryRun || isStopped) {
    await reportImport(opened, plan, { dryRun });
    if (isStopped) throw unresolvedRows(plan.unresolved);
    return;
  }
  const message = `This creates ${counted(plan.take.length, 'account')}. Continue?`;
  if (plan.take.length > 0) await confirm({ message, yes });
  const outcome = await withSpinner(io, 'Creating the accounts', () => runImport(accounts, plan, { signal }));
  const { made, left, overtaken } = outcome;
  const created = counted(made.length, 'account');
  if (left > 0)
    note(io, `Interrupted: ${created} created, ${left} to go. Run the same import again to continue.`);
  await reportImport(opened, plan, { dryRun, outcome });
  if (left > 0) signal.throwIfAborted();
  if (overtaken.length > 0)
    throw refusal(
      'names_taken',
      `${counted(overtaken.length, 'user')} not imported: others registered their names in the meantime. ${created} created.`,
      'Run the import again with a --rename for each of them. It skips the accounts that already exist.',
    );
}

function unresolvedRows(rows: readonly RowProblem[]): CliError {
  const renamed = rows.filter(canBeRenamed).length;
  const damaged = rows.length - renamed;
  const ways = [
    renamed > 0
      ? `Give ${counted(renamed, 'user')} a --rename OLD=NEW, or LINE:OLD=NEW if several have the same name.`
      : '',
    damaged > 0 ? `Correct ${counted(damaged, 'row')} in the file; another name does not help there.` : '',
    'Or skip them with --skip-unresolved.',
  ];
  return refusal(
    'unresolved_rows',
    `${counted(rows.length, 'user')} cannot be imported. Nothing was changed.`,
    ways.filter((way) => way !== '').join(' '),
  );
}

function unmatchedRename({ from, lines }: UnmatchedRename): CliError {
  if (lines.length === 0)
    return usageError(
      'usage',
      sentence`--rename: there is no user ${from} in the file.`,
      'To list the users, run the import with --dry-run and without --rename.',
    );
  return usageError(
    'usage',
    sentence`--rename: ${counted(lines.length, 'user')} have the name ${from}, on the lines ${lines.join(', ')}.`,
    sentence`Add the line, such as --rename ${`${lines.at(-1)}:${from}`}=NEW.`,
  );
}
