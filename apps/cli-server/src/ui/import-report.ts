/** The report of an import: every row of the file, imported, already there, or unresolved. */
import type { ImportOutcome, ImportPlan, RowProblem } from '@countersign/auth-server/accounts';
import {
  counted,
  type Io,
  note,
  plain,
  printJson,
  printLine,
  printTable,
  sentence,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';

const PROBLEMS: Readonly<Record<RowProblem['problem'], string>> = {
  not_csv: 'a quote is in the wrong place, or a field contains a line break',
  not_json: 'the line is not JSON',
  wrong_number_of_fields: 'it has too few or too many fields',
  bad_fields: 'the line is not a JSON object',
  bad_name: 'the name is not allowed here: 1 to 64 characters, no spaces, no colon',
  bad_identity:
    'the name inside the verifier cannot be used for a login: empty, damaged, or over 1024 characters',
  bad_salt: 'the salt cannot be read, is over 1024 bytes, or is from thinbus and lost a leading zero',
  bad_verifier: 'the verifier cannot be read, or does not fit its group',
  bad_secret:
    'the TOTP secret is damaged: not base32, under 80 bits, or not 16 characters in an old database',
  unknown_suite:
    'the suite is unknown, or is 3072-sha256, whose passwords are stretched; without stretching it is 3072-sha256-rfc5054-x',
  same_name: 'another user would get the same name',
  name_taken: 'an account with this name already exists',
  bad_rename: 'the new name is not allowed: 1 to 64 characters, no spaces, no colon',
};

const WRONG_FIELD: Readonly<Record<NonNullable<RowProblem['field']>['wrong'], string>> = {
  missing: 'is missing',
  unknown: 'is not a field of this file',
  value: 'has a value of the wrong type or out of range',
};

const NAME_PROBLEMS: readonly RowProblem['problem'][] = ['bad_name', 'same_name', 'name_taken', 'bad_rename'];

/** Whether another name solves the problem. Otherwise the row is damaged. */
export function canBeRenamed({ problem }: RowProblem): boolean {
  return NAME_PROBLEMS.includes(problem);
}

/** Prints what was or would be done. */
export async function printImport(
  io: Io,
  { json }: Settings,
  plan: ImportPlan,
  { dryRun, outcome }: { readonly dryRun: boolean; readonly outcome?: ImportOutcome },
): Promise<void> {
  const done = {
    dryRun,
    take: outcome?.made ?? plan.take,
    taken: outcome?.made.length ?? 0,
    unresolved: [...plan.unresolved, ...(outcome?.overtaken ?? [])],
    left: outcome?.left ?? 0,
  };
  await (json ? printForPrograms(io, plan, done) : printForPeople(io, plan, done));
}

interface Done extends Pick<ImportPlan, 'take' | 'unresolved'> {
  readonly dryRun: boolean;
  readonly taken: number;
  readonly left: number;
}

async function printForPrograms(
  io: Io,
  plan: ImportPlan,
  { take, unresolved, ...done }: Done,
): Promise<void> {
  const row = (fields: Record<string, unknown>) => printJson(io, { event: 'row', ...fields });
  for (const { line, name, account, weakSecret } of take)
    await row({ line, name, username: account.username, weakSecret });
  for (const { line, name } of plan.already) await row({ line, name, already: true });
  for (const { line, name, first } of plan.repeated) await row({ line, name, repeats: first });
  for (const { line, name, problem, field } of unresolved)
    await row({ line, name, problem, field: field?.name, wrong: field?.wrong });
  await printJson(io, {
    event: 'import',
    dryRun: done.dryRun,
    taken: done.taken,
    weakSecrets: take.filter(({ weakSecret }) => weakSecret).length,
    takeable: plan.take.length,
    already: plan.already.length,
    repeated: plan.repeated.length,
    unresolved: unresolved.length,
    left: done.left,
  });
}

async function printForPeople(io: Io, plan: ImportPlan, { take, unresolved, ...done }: Done): Promise<void> {
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
  const section = async (
    head: string,
    rows: readonly (readonly [line: number, user: string, why: string])[],
  ) => {
    if (rows.length === 0) return;
    await printLine(io, '');
    await printTable(io, { head: ['Line', 'User', head], rows });
  };
  await section(
    'Counted once',
    plan.repeated.map(({ line, name, first }) => [line, plain(name), `the same as line ${first}`]),
  );
  await section(
    'Cannot be imported because',
    unresolved.map(({ line, name, problem, field }) => [
      line,
      plain(name),
      field === undefined ? PROBLEMS[problem] : sentence`${field.name} ${WRONG_FIELD[field.wrong]}`,
    ]),
  );
  await printLine(io, '');
  const counts = [
    done.dryRun
      ? `${counted(plan.take.length, 'account')} would be created`
      : `${counted(done.taken, 'account')} created`,
    plan.already.length > 0 ? `${plan.already.length} already here` : '',
    unresolved.length > 0 ? `${counted(unresolved.length, 'user')} not imported` : '',
    done.left > 0 ? `${counted(done.left, 'user')} left for the next run` : '',
  ];
  await printLine(io, `${counts.filter((count) => count !== '').join(', ')}.`);
  if (done.taken === 0) return;
  note(
    io,
    'They log in with their old passwords and authenticators. The first login renews how the password is stored;',
  );
  note(io, 'until then anyone who tries to log in with such a name can see that it was imported.');
  const weak = take.filter(({ weakSecret }) => weakSecret).length;
  if (weak > 0)
    note(
      io,
      `${counted(weak, 'TOTP secret')} shorter than 128 bits: these users will be asked to set up their authenticators again.`,
    );
}
