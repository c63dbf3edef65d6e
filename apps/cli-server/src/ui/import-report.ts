/** The report of an import: every row of the file, imported, already there, or unresolved. */
import { type ImportOutcome, type ImportPlan, problemInWords } from '@countersign/auth-server/accounts';
import { counted, plain, printLine, printTable } from '@countersign/terminal';
import type { On } from '../command.ts';

/** Prints what was or would be done. */
export async function reportImport(
  on: On,
  plan: ImportPlan,
  { dryRun, outcome }: { readonly dryRun: boolean; readonly outcome?: ImportOutcome | undefined },
): Promise<void> {
  const { already, repeated } = plan;
  const take = outcome?.made ?? plan.take;
  const unresolved = [...plan.unresolved, ...(outcome?.overtaken ?? [])];
  const taken = outcome?.made.length ?? 0;
  const left = outcome?.left ?? 0;
  const weakSecrets = take.filter(({ account }) => account.totp.weak).length;
  if (!on.settings.json) await printTables(on, plan, take, unresolved);
  const counts = [
    dryRun
      ? `${counted(plan.take.length, 'account')} would be created`
      : `${counted(taken, 'account')} created`,
    already.length > 0 ? `${already.length} already here` : '',
    unresolved.length > 0 ? `${counted(unresolved.length, 'user')} not imported` : '',
    left > 0 ? `${counted(left, 'user')} left for the next run` : '',
  ];
  await on.say({
    json: [
      ...take.map(({ line, name, account }) => ({
        event: 'row',
        ...{ line, name, username: account.username, weakSecret: account.totp.weak },
      })),
      ...already.map(({ line, name }) => ({ event: 'row', line, name, already: true })),
      ...repeated.map(({ line, name, first }) => ({ event: 'row', line, name, repeats: first })),
      ...unresolved.map(({ line, name, problem, field }) => ({
        event: 'row',
        ...{ line, name, problem, field: field?.name, wrong: field?.wrong },
      })),
      {
        event: 'import',
        ...{ dryRun, taken, weakSecrets, takeable: plan.take.length, already: already.length },
        ...{ repeated: repeated.length, unresolved: unresolved.length, left },
      },
    ],
    text: `${counts.filter((count) => count !== '').join(', ')}.`,
    notes:
      taken === 0
        ? []
        : [
            'The users log in with their old passwords and authenticators.',
            'Until their first login, anyone who tries to log in with such a name can see that it was imported.',
            weakSecrets > 0
              ? `${counted(weakSecrets, 'TOTP secret')} shorter than 128 bits: these users will be asked to set up their authenticators again.`
              : undefined,
          ],
  });
}

async function printTables(
  { io }: On,
  { repeated }: ImportPlan,
  take: ImportPlan['take'],
  unresolved: ImportPlan['unresolved'],
): Promise<void> {
  const tables = [
    {
      head: ['Line', 'User', 'Name here', ''],
      rows: take.map(({ line, name, account }) => [
        ...[line, name, account.username],
        account.totp.weak ? 'weak TOTP secret' : '',
      ]),
    },
    {
      head: ['Line', 'User', 'Counted once'],
      rows: repeated.map(({ line, name, first }) => [line, plain(name), `the same as line ${first}`]),
    },
    {
      head: ['Line', 'User', 'Cannot be imported because'],
      rows: unresolved.map((row) => [row.line, plain(row.name), plain(problemInWords(row))]),
    },
  ];
  for (const [index, table] of tables.entries()) {
    if (table.rows.length === 0) continue;
    if (index > 0) await printLine(io, '');
    await printTable(io, table);
  }
  await printLine(io, '');
}
