/** Counters of a running server: which event counts as what. */
import type { AuditKind } from '../audit/event.ts';
import type { ServerEvent } from '../listener/options.ts';

/** What is counted. `open` is the number of connections that are open now; the others only grow. */
export type CounterName =
  | 'connections'
  | 'open'
  | 'refused'
  | 'shed'
  | 'logins'
  | 'registrations'
  | 'wrongPasswords'
  | 'unfinishedLogins'
  | 'wrongCodes'
  | 'wrongInvitations'
  | 'refusedAttempts'
  | 'alarms'
  | 'failures'
  | 'commits';

/** A counter, or one of its values by label: `logins totp` counts the logins with an authenticator. */
export type CounterKey = CounterName | `${CounterName} ${string}`;

/** By how much counters change. */
export type Counts = Readonly<Partial<Record<CounterKey, number>>>;

const BY_AUDIT_KIND: Readonly<Partial<Record<AuditKind, CounterName>>> = {
  'account.registered': 'registrations',
  'login.failed': 'wrongPasswords',
  'login.unfinished': 'unfinishedLogins',
  'invite.failed': 'wrongInvitations',
  'channel.mismatch': 'alarms',
};
/** Counters that are split by the detail of the event, which is from a closed list. */
const BY_DETAIL: Readonly<Partial<Record<AuditKind, CounterName>>> = {
  'factor.failed': 'wrongCodes',
  'attempt.refused': 'refusedAttempts',
};

/** Returns what an event adds to the counters. */
export function countsOf(event: ServerEvent): Counts {
  switch (event.kind) {
    case 'audited': {
      const { kind, detail = 'other' } = event.event;
      const [name, divided] = [BY_AUDIT_KIND[kind], BY_DETAIL[kind]];
      if (name !== undefined) return { [name]: 1 };
      return divided === undefined ? {} : { [`${divided} ${detail}`]: 1 };
    }
    case 'connected':
      return { connections: 1, open: 1 };
    case 'disconnected':
      return event.because === 'busy' ? { open: -1, shed: 1 } : { open: -1 };
    case 'refused':
      return { [`refused ${event.because}`]: 1, ...(event.because === 'busy' ? { shed: 1 } : {}) };
    case 'login.succeeded':
      return { [`logins ${event.factor}`]: 1 };
    case 'failure':
      return { failures: 1 };
  }
}
