/** Counters of a running server, and the page on this machine where Prometheus reads them. */
import type { ServerEvent } from '@countersign/auth-server';
import type { Backend } from '@countersign/secure-store';

/** What is counted; `open` goes down again, the others only up. */
const COUNTERS = {
  connections: ['connections_total', 'counter', 'Connections that completed the TLS handshake.'],
  open: ['connections_open', 'gauge', 'Connections open now.'],
  refused: [
    'connections_refused_total',
    'counter',
    'Connections turned away: no TLS, another protocol, too many.',
  ],
  logins: ['logins_total', 'counter', 'Logins completed with both factors.'],
  registrations: ['registrations_total', 'counter', 'Accounts registered.'],
  wrongPasswords: ['failed_passwords_total', 'counter', 'Wrong passwords.'],
  unfinishedLogins: [
    'logins_unfinished_total',
    'counter',
    'Right passwords that no complete login followed.',
  ],
  wrongCodes: ['failed_codes_total', 'counter', 'Wrong codes and recovery codes.'],
  wrongInvitations: ['failed_invitations_total', 'counter', 'Invitations that were not valid.'],
  refusedAttempts: [
    'attempts_refused_total',
    'counter',
    'Attempts not judged, as limits say, or right and not taken.',
  ],
  alarms: ['channel_mismatches_total', 'counter', 'Logins with somebody between user and server.'],
  failures: ['internal_failures_total', 'counter', 'Failures inside the server.'],
  commits: ['store_commits_total', 'counter', 'Commits to the store.'],
} as const;
export type CounterName = keyof typeof COUNTERS;
export type Counts = Readonly<Partial<Record<CounterName, number>>>;

export class Counters {
  #counts: Partial<Record<CounterName, number>> = {};

  add(name: CounterName, by = 1): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + by;
  }

  addAll(counts: Counts): void {
    for (const name of counterNames()) this.add(name, counts[name] ?? 0);
  }

  count(event: ServerEvent): void {
    switch (event.kind) {
      case 'connected':
        this.add('connections');
        this.add('open');
        break;
      case 'disconnected':
        this.add('open', -1);
        break;
      case 'refused':
        this.add('refused');
        break;
      case 'failure':
        this.add('failures');
        break;
      case 'login.succeeded':
        this.add('logins');
        break;
      case 'audited': {
        const name = AUDITED[event.event.kind];
        if (name !== undefined) this.add(name);
        break;
      }
    }
  }

  /** What was counted since the last time. */
  take(): Counts {
    const counts = this.#counts;
    this.#counts = {};
    return counts;
  }

  /** The text format of Prometheus, version 0.0.4. */
  print(): string {
    return counterNames()
      .map((name) => {
        const [title, type, help] = COUNTERS[name];
        const full = `countersign_${title}`;
        return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full} ${this.#counts[name] ?? 0}\n`;
      })
      .join('');
  }
}

const AUDITED: Readonly<Partial<Record<string, CounterName>>> = {
  'account.registered': 'registrations',
  'login.failed': 'wrongPasswords',
  'login.unfinished': 'unfinishedLogins',
  'factor.failed': 'wrongCodes',
  'invite.failed': 'wrongInvitations',
  'attempt.refused': 'refusedAttempts',
  'channel.mismatch': 'alarms',
};

function counterNames(): CounterName[] {
  return Object.keys(COUNTERS).filter((name): name is CounterName => name in COUNTERS);
}

/** The same back end, with its commits counted. */
export function countingCommits(backend: Backend, counters: Counters): Backend {
  return {
    name: backend.name,
    ...(backend.remote === true ? { remote: true } : {}),
    confirm: async () => backend.confirm?.(),
    read: (key) => backend.read(key),
    scan: (range) => backend.scan(range),
    commit(batch) {
      counters.add('commits');
      return backend.commit(batch);
    },
    close: () => backend.close(),
  };
}

export interface MetricsPage {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves `GET /metrics` on the loopback interface only. Rejects with the system's error when the port is taken. */
export async function openMetricsPage(port: number, counters: Counters): Promise<MetricsPage> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(found ? counters.print() : 'The counters are at /metrics.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
