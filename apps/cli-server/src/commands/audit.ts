/** `audit …`: the audit log, and whether it is complete. */
import {
  type AuditHead,
  type AuditRecord,
  type AuditReport,
  auditHeadSchema,
  auditProblemInWords,
  eventInWords,
  exportAudit,
  type ReadOptions,
  readAudit,
  spanOf,
  verifyAudit,
} from '@countersign/auth-server/audit';
import { prepareUsername } from '@countersign/srp-core';
import {
  counted,
  EXIT,
  type ExitCode,
  exactMoment,
  type Io,
  isoTime,
  note,
  plain,
  printJson,
  printLine,
  readJsonFile,
  replaceFile,
  sentence,
  span,
  styleFor,
  usageError,
  wholeNumber,
  withSpinner,
} from '@countersign/terminal';
import { type Group, inStore, type On, type Opened, withStore } from '../command.ts';
import { Unreadable } from '../ui/messages.ts';

interface Filter {
  /** Seconds before now. */
  readonly since?: number | undefined;
  readonly user?: string | undefined;
}

interface VerifyOptions {
  readonly head?: string | undefined;
  readonly saveHead?: string | undefined;
}

const SINCE = ['--since <time>', 'only events of the last 12h, 7d or another time', span] as const;
const USER = ['--user <name>', 'only events of this account'] as const;

export const commands: Group = {
  show: {
    about: 'show the latest events',
    takes: (command) =>
      command
        .option('--last <number>', 'how many events at most', wholeNumber(1, 1_000_000), 50)
        .option(...SINCE)
        .option(...USER),
    run: inStore(showEvents),
    examples: { 'the latest events': '', 'events of one account in the last day': '--user alice --since 1d' },
  },
  export: {
    about: 'print every event as JSON, one per line',
    takes: (command) => command.option(...SINCE).option(...USER),
    run: inStore(exportEvents),
    examples: { 'all events': '', 'events of the last week': '--since 7d' },
  },
  verify: {
    about: 'look for missing and changed events',
    takes: (command) =>
      command
        .option('--head <file>', 'compare with heads saved earlier: only they reveal a truncated or old log')
        .option('--save-head <file>', 'save the current heads; keep the file on another machine'),
    run: verify,
    examples: {
      'check hashes and versions': '',
      'also save the latest event': '--save-head /backup/head.json',
    },
  },
};

async function showEvents(
  { io, settings, store }: Opened,
  { last, ...filter }: Filter & { readonly last: number },
): Promise<ExitCode> {
  const unreadable = new Unreadable();
  const records = await readAudit(store, { ...readOptions(io, filter, unreadable), last });
  const { dim } = styleFor(io.stdout, io.env);
  for (const record of records) {
    const time = exactMoment(spanOf(record).since / 1000);
    // Further lines start below the words.
    if (settings.json) await printEvent(io, record);
    else await printLine(io, `${dim(time)}  ${plain(eventInWords(record), 500)}`, time.length + 2);
  }
  if (records.length === 0 && !settings.json) note(io, 'No such events.');
  return unreadable.report(io, 'event');
}

async function exportEvents({ io, store }: Opened, filter: Filter): Promise<ExitCode> {
  const unreadable = new Unreadable();
  for await (const record of exportAudit(store, readOptions(io, filter, unreadable)))
    await printEvent(io, record);
  return unreadable.report(io, 'event');
}

/** Events that cannot be read are counted whatever the filter is: their time and user are unknown. */
function readOptions(io: Io, { since, user }: Filter, unreadable: Unreadable): ReadOptions {
  const prepared = user === undefined ? undefined : prepareUsername(user);
  return {
    since: since === undefined ? undefined : io.now() - since * 1000,
    username: prepared?.ok ? prepared.username : user,
    onUnreadable: unreadable.add,
  };
}

function printEvent(io: Io, { at, since, until, ...rest }: AuditRecord): Promise<void> {
  const iso = (milliseconds?: number) => isoTime(milliseconds && milliseconds / 1000);
  const times = { at: iso(at), since: iso(since), until: iso(until) };
  return printJson(io, { ...times, ...rest });
}

async function verify(on: On, { head, saveHead }: VerifyOptions): Promise<ExitCode> {
  const { io, settings } = on;
  const kept = head === undefined ? [] : await readHeads(head, io.signal);
  return withStore(on, async ({ store }) => {
    const found = await withSpinner(io, 'Reading the audit log', () => verifyAudit(store, kept));
    const { problems, heads } = found;
    const isComplete = problems.length === 0;
    // Heads of a damaged log would confirm the damage later.
    if (saveHead !== undefined && isComplete)
      await replaceFile(saveHead, `${JSON.stringify(heads)}\n`, 0o644);
    await report(on, found);
    if (isComplete && !settings.json) {
      if (saveHead !== undefined)
        note(io, sentence`The heads are saved in ${saveHead}. Keep this file on another machine.`);
      else if (head === undefined)
        note(io, 'If the end of the log was cut off, only heads saved elsewhere (--save-head) show it.');
    }
    return isComplete ? EXIT.done : EXIT.store;
  });
}

async function report(
  { io, settings, say }: On,
  { events, heads, accounts, problems }: AuditReport,
): Promise<void> {
  const { red } = styleFor(io.stdout, io.env);
  if (!settings.json)
    for (const { place, wrong } of problems.map(auditProblemInWords))
      await printLine(io, `${red(plain(place))}  ${wrong}`, 2);
  const json = { event: 'audit', events, heads, accounts, problems };
  const count = `${counted(events, 'event')} of ${counted(heads.length, 'writer')}`;
  if (problems.length > 0) return say({ json, notes: [`${count}: ${counted(problems.length, 'problem')}.`] });
  await say({ json, text: `${count}: complete and unchanged.` });
  const { vouched, unvouched } = accounts;
  const words = `Accounts: ${vouched} as in their latest event, ${unvouched} without an event to compare with.`;
  if (!settings.json) await printLine(io, words);
}

async function readHeads(path: string, signal: AbortSignal): Promise<AuditHead[]> {
  const parsed = auditHeadSchema.array().safeParse(await readJsonFile(path, signal));
  if (parsed.success) return parsed.data;
  throw usageError(
    'bad_head_file',
    sentence`${path} does not contain heads of an audit log.`,
    'To create such a file: countersign-server audit verify --save-head FILE',
  );
}
