/** How an account stands, and what it does not take for a while, in words. */
import type { AccountOverview } from '@countersign/auth-server/accounts';
import { moment, relative, sentence } from '@countersign/terminal';

type Wait = AccountOverview['waits'][number];

const STATES: Readonly<Record<AccountOverview['state'], string>> = {
  active: 'active',
  disabled: 'disabled',
  totp_reset: 'authenticator reset',
  codes_locked: 'codes locked',
  waiting: 'waits',
};

const KINDS: Readonly<Record<Wait['kind'], string>> = {
  password: 'passwords',
  totp: 'codes',
  recovery: 'recovery codes',
};

/** One phrase for a table: of several waits the one that weighs most, and of its kind the longest. */
export function stateInWords({ state, waits }: Pick<AccountOverview, 'state' | 'waits'>): string {
  if (state !== 'waiting') return STATES[state];
  const kind = (['totp', 'recovery', 'password'] as const).find((each) =>
    waits.some((wait) => wait.kind === each),
  );
  if (kind === undefined) return STATES[state];
  const ends = waits.flatMap((wait) => (wait.kind === kind ? [wait.until ?? Number.POSITIVE_INFINITY] : []));
  // Strangers' wrong passwords are no wait of the account's own.
  const strangers = kind === 'password' && waits.every((wait) => wait.kind !== kind || !wait.device);
  return `${strangers ? 'strangers' : KINDS[kind]} ${ending(Math.max(...ends))}`;
}

/** One wait in full: what, from where, until when. */
export function waitInWords({ kind, source, device, until }: Wait, now: number): string {
  const elsewhere = device ? ' from a device it knows' : ' from devices it does not know';
  const from = source === undefined ? elsewhere : sentence` from ${source}`;
  const what = `${KINDS[kind]}${kind === 'password' ? from : ''}`;
  return until === undefined ? `${what}: locked` : `${what}: until ${minute(until)}, ${relative(until, now)}`;
}

function ending(until: number): string {
  return until === Number.POSITIVE_INFINITY ? 'locked' : `wait until ${minute(until)}`;
}

/** Never earlier than it is. */
function minute(seconds: number): string {
  return moment(Math.ceil(seconds / 60) * 60);
}
