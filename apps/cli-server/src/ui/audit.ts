/** The audit log in words. */
import {
  type AuditProblem,
  type AuditRecord,
  type AuditReport,
  spanOf,
} from '@countersign/auth-server/audit';
import {
  type CliError,
  counted,
  EXIT,
  exactMoment,
  type Io,
  isoTime,
  note,
  plain,
  printJson,
  printLine,
  sentence,
  styleFor,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { eventInWords } from './events.ts';
import { problem } from './voice.ts';

/** Columns of the time and the gap after it: what an event says is broken beside it. */
const HANGING = 25;

export async function showEvents(io: Io, { json }: Settings, records: readonly AuditRecord[]): Promise<void> {
  const style = styleFor(io.stdout, io.env);
  for (const record of records) {
    if (json) await printEvent(io, record);
    else
      await printLine(
        io,
        `${style.dim(exactMoment(spanOf(record).since / 1000))}  ${eventInWords(record)}`,
        HANGING,
      );
  }
  if (records.length === 0 && !json) note(io, 'Nothing of that kind has happened.');
}

/** For programs; what an event tells of happened between `since` and `until`, where it has them. */
export function printEvent(io: Io, record: AuditRecord): Promise<void> {
  const { at, since, until, ...rest } = record;
  const span = since === undefined || until === undefined ? {} : { since: iso(since), until: iso(until) };
  return printJson(io, { at: iso(at), ...span, ...rest });
}

function iso(milliseconds: number): string | undefined {
  return isoTime(milliseconds / 1000);
}

const PROBLEMS: Readonly<Record<AuditProblem['kind'], string>> = {
  gap: 'the event is missing',
  changed: 'the event is not the one that was written',
  cut_off: 'the log ends before this event, which a saved head has seen',
  put_back: 'a saved head has seen another event: an old disk or backup was put back',
  no_head: 'events of this writer are there, but its head is missing',
  damaged: 'this record cannot be read',
  account_put_back: 'the record of this account is not the one that the log says: an older one was put back',
  account_missing: 'the log says that there is this account, and its record is gone or cannot be read',
};

export async function showVerdict(
  io: Io,
  { json }: Settings,
  { events, heads, accounts, problems }: AuditReport,
  { compared, savedTo }: { compared: boolean; savedTo: string | undefined },
): Promise<void> {
  if (json) return printJson(io, { event: 'audit', events, heads, accounts, problems });
  const style = styleFor(io.stdout, io.env);
  for (const found of problems) {
    await printLine(io, `${style.red(plain(placeOf(found)))}  ${PROBLEMS[found.kind]}`, 2);
  }
  const count = `${counted(events, 'event')} of ${counted(heads.length, 'writer')}`;
  if (problems.length > 0) return note(io, `${count}: ${counted(problems.length, 'problem')}.`);
  await printLine(io, `${count}: whole, without a gap.`);
  const { vouched, unvouched } = accounts;
  await printLine(
    io,
    `${counted(vouched, 'account')} as the latest event says; ${unvouched} without an event that vouches for the record.`,
  );
  if (savedTo !== undefined)
    note(io, sentence`The heads are in ${savedTo}. Keep that file on another machine.`);
  else if (!compared)
    note(io, 'Only a head that was saved elsewhere (--save-head) shows a log that was cut off at its end.');
}

function placeOf(found: AuditProblem): string {
  if ('place' in found) return `record ${found.place}`;
  return 'username' in found ? `account ${found.username}` : `${found.writer}/${found.seq}`;
}

export function badHeadFile(path: string): CliError {
  return problem(
    'bad_head_file',
    EXIT.usage,
    sentence`${path} holds no heads of an audit log.`,
    'audit verify --save-head makes such a file.',
  );
}
