/** Imports in words and tables. */
import type {
  ImportOutcome,
  ImportPlan,
  RowProblem,
  UnmatchedRename,
} from '@countersign/auth-server/accounts';
import {
  type CliError,
  counted,
  EXIT,
  type Io,
  note,
  plain,
  printJson,
  printLine,
  printTable,
  sentence,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { problem } from './voice.ts';

export const importQuestions = {
  legacyPassword: "The old system's administrator password",
  take: (count: number) => `${counted(count, 'account')} will be made. Go on?`,
} as const;

export const importWaits = {
  planning: 'Looking at every user',
  taking: 'Making the accounts',
} as const;

const PROBLEMS: Readonly<Record<RowProblem['problem'], string>> = {
  not_csv: 'a quote stands in the wrong place, or a line break inside a field',
  not_json: 'the line is not JSON',
  wrong_number_of_fields: 'it has too few or too many fields',
  bad_fields: 'the line is not an object with fields',
  bad_name: 'the name is outside the rules here: 1 to 64 characters, no spaces, no colon',
  bad_identity:
    'no login can carry the name inside its verifier: it is empty, damaged, or over 1024 characters',
  bad_salt: 'the salt cannot be read, is over 1024 bytes, or is one of thinbus that lost a leading zero',
  bad_verifier: 'the verifier cannot be read, or does not fit its group',
  bad_secret:
    'the TOTP secret is damaged: not base32, under 80 bits, or in an old database not 16 characters',
  unknown_suite:
    'the suite is not known, or is 3072-sha256, which is stretched here: without stretching it is 3072-sha256-rfc5054-x',
  same_name: 'another user gets the same name',
  name_taken: 'an account of that name is here already',
  bad_rename: 'the new name is outside the rules: 1 to 64 characters, no spaces, no colon',
};

const WRONG_FIELD: Readonly<Record<NonNullable<RowProblem['field']>['wrong'], string>> = {
  missing: 'is missing',
  unknown: 'is not a field of this file',
  value: 'has a value of the wrong kind or outside its range',
};

function problemInWords({ problem: why, field }: RowProblem): string {
  return field === undefined ? PROBLEMS[why] : sentence`${field.name} ${WRONG_FIELD[field.wrong]}`;
}

/** What another name mends; everything else is damage to the row. */
const MENDED_BY_NAME: readonly RowProblem['problem'][] = [
  'bad_name',
  'same_name',
  'name_taken',
  'bad_rename',
];

/** What was or would be done: every row of the file is in it, taken, there already, or unresolved. */
export async function showImport(
  io: Io,
  { json }: Settings,
  plan: ImportPlan,
  { dryRun, outcome }: { dryRun: boolean; outcome?: ImportOutcome },
): Promise<void> {
  const take = outcome?.made ?? plan.take;
  const unresolved = [...plan.unresolved, ...(outcome?.overtaken ?? [])];
  const taken = outcome?.made.length ?? 0;
  const left = outcome?.left ?? 0;
  const weakSecrets = take.filter(({ weakSecret }) => weakSecret).length;
  if (json) {
    for (const { line, name, account, weakSecret } of take)
      await printJson(io, { event: 'row', line, name, username: account.username, weakSecret });
    for (const { line, name } of plan.already)
      await printJson(io, { event: 'row', line, name, already: true });
    for (const { line, name, first } of plan.repeated)
      await printJson(io, { event: 'row', line, name, repeats: first });
    for (const { line, name, problem: why, field } of unresolved)
      await printJson(io, {
        event: 'row',
        line,
        name,
        problem: why,
        field: field?.name,
        wrong: field?.wrong,
      });
    const counts = {
      takeable: plan.take.length,
      already: plan.already.length,
      repeated: plan.repeated.length,
      unresolved: unresolved.length,
      left,
    };
    return printJson(io, { event: 'import', dryRun, taken, weakSecrets, ...counts });
  }
  if (take.length > 0)
    await printTable(io, {
      head: ['Line', 'User', 'Name here', ''],
      rows: take.map(({ line, name, account, weakSecret }) => [
        line,
        name,
        account.username,
        weakSecret ? 'weak TOTP secret' : '',
      ]),
    });
  if (plan.repeated.length > 0) {
    await printLine(io, '');
    await printTable(io, {
      head: ['Line', 'User', 'Counted once'],
      rows: plan.repeated.map(({ line, name, first }) => [line, plain(name), `the same as line ${first}`]),
    });
  }
  if (unresolved.length > 0) {
    await printLine(io, '');
    await printTable(io, {
      head: ['Line', 'User', 'Cannot be taken because'],
      rows: unresolved.map((row) => [row.line, plain(row.name), problemInWords(row)]),
    });
  }
  await printLine(io, '');
  const done = dryRun
    ? `${counted(plan.take.length, 'account')} would be made`
    : `${counted(taken, 'account')} made`;
  const there = plan.already.length === 0 ? '' : `, ${counted(plan.already.length, 'account')} there already`;
  const refused = unresolved.length === 0 ? '' : `, ${counted(unresolved.length, 'user')} not taken`;
  const waiting = left === 0 ? '' : `, ${counted(left, 'user')} left for the next run`;
  await printLine(io, `${done}${there}${refused}${waiting}.`);
  if (taken === 0) return;
  note(
    io,
    'They log in with their old passwords and authenticators; the first login renews the password’s form.',
  );
  note(io, 'Until then anybody who asks for such a name can see that it was imported.');
  if (weakSecrets > 0)
    note(
      io,
      `${counted(weakSecrets, 'TOTP secret')} shorter than 128 bits: those users are asked to enrol again.`,
    );
}

export function wrongLegacyPassword(left: number): string {
  return `The file does not open with that password. ${counted(left, 'try', 'tries')} left.`;
}

export function notALegacyFile(file: string): CliError {
  return problem(
    'not_a_legacy_file',
    EXIT.store,
    sentence`${file} does not open with that password, or is no database of the old system.`,
    'Nothing was changed.',
  );
}

export function tellOfInterruptedImport(io: Io, { made, left }: ImportOutcome): void {
  note(
    io,
    `Interrupted; ${counted(made.length, 'account')} made, ${left} to go. The same import run again goes on with the rest.`,
  );
}

export function namesTaken({ made, overtaken }: ImportOutcome): CliError {
  return problem(
    'names_taken',
    EXIT.refused,
    `${counted(overtaken.length, 'user')} not taken: the names went to others meanwhile. ${counted(made.length, 'account')} made.`,
    'Run the import again with a --rename for each; it passes over the accounts that are there.',
  );
}

export function unresolvedRows(rows: readonly RowProblem[]): CliError {
  const byName = rows.filter((row) => MENDED_BY_NAME.includes(row.problem)).length;
  const damaged = rows.length - byName;
  const ways = [
    ...(byName > 0
      ? [`Give ${counted(byName, 'user')} a --rename OLD=NEW, or LINE:OLD=NEW where several have a name.`]
      : []),
    ...(damaged > 0
      ? [`Repair ${counted(damaged, 'damaged row')} in the file; no new name helps there.`]
      : []),
    'Or leave them with --skip-unresolved.',
  ];
  return problem(
    'unresolved_rows',
    EXIT.refused,
    `${counted(rows.length, 'user')} cannot be taken as they are. Nothing was changed.`,
    ways.join(' '),
  );
}

export function unmatchedRename({ from, lines }: UnmatchedRename): CliError {
  if (lines.length === 0)
    return problem(
      'usage',
      EXIT.usage,
      sentence`--rename: there is no user ${from} in the file.`,
      'Without --rename the import lists them.',
    );
  return problem(
    'usage',
    EXIT.usage,
    sentence`--rename: ${counted(lines.length, 'user')} have the name ${from}, on the lines ${lines.join(', ')}.`,
    sentence`Name the line, as in --rename ${`${lines.at(-1)}:${from}`}=NEW.`,
  );
}
