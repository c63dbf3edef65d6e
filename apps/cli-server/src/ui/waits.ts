/** The state of an account in words, and what it does not accept for a while. */
import type { AccountOverview } from '@countersign/auth-server/accounts';
import { moment, relative, sentence } from '@countersign/terminal';
import { FACTORS } from '@countersign/wire-protocol';

type Wait = AccountOverview['waits'][number];

const STATES: Readonly<Record<AccountOverview['state'], string>> = {
  active: 'active',
  disabled: 'disabled',
  password_reset: 'password reset',
  totp_reset: 'authenticator reset',
  codes_locked: 'codes locked',
  waiting: 'waits',
};

const KINDS: Readonly<Record<Wait['kind'], string>> = {
  password: 'passwords',
  totp: 'codes',
  recovery: 'recovery codes',
};

/** Returns one phrase for a table: of several waits the most important kind, and of its kind the longest. */
export function stateInWords({ state, waits }: Pick<AccountOverview, 'state' | 'waits'>): string {
  if (state !== 'waiting') return STATES[state];
  const kind = ([...FACTORS, 'password'] as const).find((each) => waits.some((wait) => wait.kind === each));
  if (kind === undefined) return STATES[state];
  const ends = waits.flatMap((wait) => (wait.kind === kind ? [wait.until ?? Number.POSITIVE_INFINITY] : []));
  // Wrong passwords of strangers do not make the user's own devices wait.
  const strangers = kind === 'password' && waits.every((wait) => wait.kind !== kind || !wait.device);
  const until = Math.max(...ends);
  const what = strangers ? 'strangers' : KINDS[kind];
  return until === Number.POSITIVE_INFINITY ? `${what} locked` : `${what} wait until ${minute(until)}`;
}

/** Returns one wait in full: what, from where, until when. */
export function waitInWords({ kind, source, device, until }: Wait, now: number): string {
  const elsewhere = device ? ' from a known device' : ' from unknown devices';
  const from = source === undefined ? elsewhere : sentence` from ${source}`;
  const what = `${KINDS[kind]}${kind === 'password' ? from : ''}`;
  return until === undefined ? `${what}: locked` : `${what}: until ${minute(until)}, ${relative(until, now)}`;
}

/** Rounded up to the minute. */
function minute(seconds: number): string {
  return moment(Math.ceil(seconds / 60) * 60);
}
