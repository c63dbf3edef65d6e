/** The report of an import: every row of the file, imported, already there, or unresolved. */
import { type ImportOutcome, type ImportPlan, problemInWords } from '@countersign/auth-server/accounts';
import { counted, type Io, note, plain, printJson, printLine, printTable } from '@countersign/terminal';
import type { Settings } from '../settings.ts';

/** Prints what was or would be done. */
export async function printImport(
  io: Io,
  { json }: Settings,
  plan: ImportPlan,
  { dryRun, outcome }: { readonly dryRun: boolean; readonly outcome?: ImportOutcome | undefined },
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
  for (const { line, name, account } of take)
    await row({ line, name, username: account.username, weakSecret: account.totp.weak });
  for (const { line, name } of plan.already) await row({ line, name, already: true });
  for (const { line, name, first } of plan.repeated) await row({ line, name, repeats: first });
  for (const { line, name, problem, field } of unresolved)
    await row({ line, name, problem, field: field?.name, wrong: field?.wrong });
  await printJson(io, {
    event: 'import',
    dryRun: done.dryRun,
    taken: done.taken,
    weakSecrets: take.filter(({ account }) => account.totp.weak).length,
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
      rows: take.map(({ line, name, account }) => [
        line,
        name,
        account.username,
        account.totp.weak ? 'weak TOTP secret' : '',
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
    unresolved.map((row) => [row.line, plain(row.name), plain(problemInWords(row))]),
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
  note(io, 'The users log in with their old passwords and authenticators.');
  note(
    io,
    'Until their first login, anyone who tries to log in with such a name can see that it was imported.',
  );
  const weak = take.filter(({ account }) => account.totp.weak).length;
  if (weak > 0)
    note(
      io,
      `${counted(weak, 'TOTP secret')} shorter than 128 bits: these users will be asked to set up their authenticators again.`,
    );
}
