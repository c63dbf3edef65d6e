/** Counters of a running server: which event counts as what. */
import type { Backend } from '@countersign/secure-store';
import type { ServerEvent } from '../listener/server.ts';

/** What is counted. `open` is the number of connections that are open now; the others only grow. */
export const COUNTER_NAMES = [
  'connections',
  'open',
  'refused',
  'logins',
  'registrations',
  'wrongPasswords',
  'unfinishedLogins',
  'wrongCodes',
  'wrongInvitations',
  'refusedAttempts',
  'alarms',
  'failures',
  'commits',
] as const;
/** The name of a counter. */
export type CounterName = (typeof COUNTER_NAMES)[number];

/** By how much counters change. */
export type Counts = Readonly<Partial<Record<CounterName, number>>>;

const BY_EVENT: Readonly<Record<Exclude<ServerEvent['kind'], 'audited'>, Counts>> = {
  connected: { connections: 1, open: 1 },
  disconnected: { open: -1 },
  refused: { refused: 1 },
  failure: { failures: 1 },
  'login.succeeded': { logins: 1 },
};

const BY_AUDIT_EVENT: Readonly<Partial<Record<string, Counts>>> = {
  'account.registered': { registrations: 1 },
  'login.failed': { wrongPasswords: 1 },
  'login.unfinished': { unfinishedLogins: 1 },
  'factor.failed': { wrongCodes: 1 },
  'invite.failed': { wrongInvitations: 1 },
  'attempt.refused': { refusedAttempts: 1 },
  'channel.mismatch': { alarms: 1 },
};

/** Returns what an event adds to the counters. */
export function countsOf(event: ServerEvent): Counts {
  return event.kind === 'audited' ? (BY_AUDIT_EVENT[event.event.kind] ?? {}) : BY_EVENT[event.kind];
}

/** Returns the sum of two counts. */
export function sumOf(a: Counts, b: Counts): Counts {
  const sum: Partial<Record<CounterName, number>> = { ...a };
  for (const name of COUNTER_NAMES) if (b[name] !== undefined) sum[name] = (a[name] ?? 0) + b[name];
  return sum;
}

/** Returns a back end that calls `onCommit` before each commit. */
export function countingCommits(backend: Backend, onCommit: () => void): Backend {
  return {
    name: backend.name,
    remote: backend.remote,
    confirm: async () => backend.confirm?.(),
    read: (key) => backend.read(key),
    scan: (range) => backend.scan(range),
    commit(batch) {
      onCommit();
      return backend.commit(batch);
    },
    close: () => backend.close(),
  };
}
