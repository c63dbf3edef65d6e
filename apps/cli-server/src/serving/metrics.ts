/** The counters of a running server, on a page that Prometheus reads. */
import { COUNTER_NAMES, type CounterName, type Counts } from '@countersign/auth-server/fleet';
import type { Route } from '@countersign/auth-server/http';
import { Counter, Gauge, Registry } from 'prom-client';

const METRICS: Readonly<Record<CounterName, readonly [name: string, help: string]>> = {
  connections: ['connections_total', 'Connections that completed the TLS handshake.'],
  open: ['connections_open', 'Connections open now.'],
  refused: ['connections_refused_total', 'Connections refused: no TLS, another protocol, too many.'],
  logins: ['logins_total', 'Logins completed with both factors.'],
  registrations: ['registrations_total', 'Accounts registered.'],
  wrongPasswords: ['failed_passwords_total', 'Wrong passwords.'],
  unfinishedLogins: ['logins_unfinished_total', 'Right passwords without a completed login.'],
  wrongCodes: ['failed_codes_total', 'Wrong codes and recovery codes.'],
  wrongInvitations: ['failed_invitations_total', 'Invitations that were not valid.'],
  refusedAttempts: ['attempts_refused_total', 'Attempts refused by a limit, or correct but not allowed.'],
  alarms: ['channel_mismatches_total', 'Logins through a third party between client and server.'],
  failures: ['internal_failures_total', 'Failures inside the server.'],
  commits: ['store_commits_total', 'Commits to the store.'],
};

export class Metrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<CounterName, Counter | Gauge>();

  constructor() {
    const registers = [this.#registry];
    for (const key of COUNTER_NAMES) {
      const [name, help] = METRICS[key];
      const options = { name: `countersign_${name}`, help, registers };
      this.#metrics.set(key, key === 'open' ? new Gauge(options) : new Counter(options));
    }
  }

  add(counts: Counts): void {
    for (const key of COUNTER_NAMES) this.#metrics.get(key)?.inc(counts[key] ?? 0);
  }

  /** Returns the counters in the text format of Prometheus. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Returns the page with the counters. */
export function metricsRoute(metrics: Metrics): Route {
  return async () => ({
    status: 200,
    headers: { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE },
    body: await metrics.print(),
  });
}
