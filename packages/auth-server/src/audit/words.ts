/** Events in words: who, what, how often, from where, why. */
import type { LimitName } from '../limits/limits.ts';
import { AUDIT_KINDS, type AuditRecord } from './event.ts';
import type { AuditProblem } from './verify.ts';

const LIMITS: Readonly<Record<LimitName, string>> = {
  'password.freeFailures': 'wrong passwords from there for this account',
  'source.failures': 'wrong passwords from there',
  'source.inFlight': 'simultaneous attempts from there',
  'source.startsPerMinute': 'logins from there in a minute',
  'source.registrationsPerDay': 'registrations from there in a day',
  'network.registrationsPerDay': 'registrations from that network in a day',
  'name.failures': 'wrong passwords from unknown devices in a day',
  'code.perStep': 'wrong codes in a row',
  'code.lockAfter': 'wrong codes in a row, so codes are locked',
  'account.changesPerHour': 'changes of the account in an hour',
  registrationsPerDay: 'accounts registered in a day',
};

/** What happened and why, by kind and detail, where the words of the kind are not enough. */
const BY_DETAIL: Readonly<Record<string, readonly [happened: string, because?: string]>> = {
  'attempt.refused registration_closed': ['registration refused', 'registration is closed'],
  'attempt.refused invitation_required': ['registration refused', 'no invitation'],
  'attempt.refused name_refused': ['registration refused', 'the invitation is for another name'],
  'attempt.refused name_taken': ['registration refused', 'the name is taken'],
  'attempt.refused account.changesPerHour': [
    'right code, change refused',
    'too many changes of the account in an hour',
  ],
  'attempt.refused disabled': ['right password, login refused', 'the account is disabled'],
  'attempt.refused locked': [
    'right password, login refused',
    'codes are locked and no recovery code is left',
  ],
  'factor.failed totp': [AUDIT_KINDS['factor.failed']],
  'factor.failed recovery': ['wrong recovery code'],
  'factor.failed used': ['gave a code that was already used'],
  'factor.locked totp': [AUDIT_KINDS['factor.locked']],
  'factor.locked recovery': ['recovery codes locked after too many wrong ones'],
};

/** The parts of an event that its words contain. */
export type Describable = Pick<
  AuditRecord,
  'kind' | 'username' | 'account' | 'source' | 'count' | 'detail' | 'since' | 'until'
>;

/** Returns an event as one line for people. Names of unknown users are never in it, since events do not contain them. */
export function eventInWords(event: Describable): string {
  const { kind, username, account, source, detail } = event;
  // Several ids are in one gathered event.
  const unknown = account?.includes(' ') ? 'unknown users' : 'unknown user';
  const who = username ?? (account === undefined ? undefined : unknown);
  const [happened, because] = BY_DETAIL[`${kind} ${detail}`] ?? [AUDIT_KINDS[kind], whyOf(event)];
  return [
    who === undefined ? undefined : `${who}:`,
    happened,
    howOften(event),
    source === undefined ? undefined : `from ${source}`,
    because === undefined ? undefined : `(${because})`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function whyOf({ kind, detail }: Describable): string | undefined {
  const counted = Object.entries(LIMITS).find(([limit]) => limit === detail)?.[1];
  return kind === 'attempt.refused' && counted !== undefined
    ? `too many ${counted}: limit ${detail}`
    : detail;
}

function howOften({ count = 1, since = 0, until = since }: Describable): string | undefined {
  if (count === 1) return undefined;
  const seconds = Math.floor((until - since) / 1000);
  return seconds > 0 ? `${count} times in ${seconds} seconds` : `${count} times`;
}

const PROBLEMS: Readonly<Record<AuditProblem['kind'], string>> = {
  gap: 'this event is missing',
  changed: 'this event was changed',
  cut_off: 'the log ends before this event, which is in a saved head',
  put_back: 'a saved head has another event here: an old disk or backup was put back',
  no_head: 'there are events of this writer, but its head is missing',
  damaged: 'this record cannot be read',
  account_put_back: 'the record of this account is older than its latest event',
  account_missing: 'this account is in the log, but its record is missing or cannot be read',
};

/** Returns a problem of the log for people: where it is, and what is wrong there. */
export function auditProblemInWords(found: AuditProblem): { readonly place: string; readonly wrong: string } {
  const wrong = PROBLEMS[found.kind];
  if ('place' in found) return { place: `record ${found.place}`, wrong };
  return 'username' in found
    ? { place: `account ${found.username}`, wrong }
    : { place: `${found.writer}/${found.seq}`, wrong };
}
