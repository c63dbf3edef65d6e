/** The metrics of a running server, as a page for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterName } from '../fleet/counts.ts';
import { BUCKET_BOUNDS, type Distribution, type HistogramName } from '../fleet/histograms.ts';
import type { Meter } from '../fleet/meter.ts';
import type { Route } from '../http/route.ts';

const COUNTERS: Readonly<Record<CounterName, readonly [name: string, help: string, label?: string]>> = {
  connections: ['connections_total', 'Connections that completed the TLS handshake.'],
  open: ['connections_open', 'Connections open now.'],
  refused: ['connections_refused_total', 'Connections refused before their first message.', 'reason'],
  shed: ['connections_shed_total', 'Connections ended or refused because there were too many.'],
  logins: ['logins_total', 'Logins completed with both factors.', 'factor'],
  registrations: ['registrations_total', 'Accounts registered.'],
  wrongPasswords: ['failed_passwords_total', 'Wrong passwords.'],
  unfinishedLogins: ['logins_unfinished_total', 'Right passwords without a completed login.'],
  wrongCodes: ['failed_codes_total', 'Wrong codes and recovery codes, and codes used twice.', 'kind'],
  wrongInvitations: ['failed_invitations_total', 'Invitations that were not valid.'],
  refusedAttempts: [
    'attempts_refused_total',
    'Attempts refused by a limit, or correct but not allowed.',
    'reason',
  ],
  alarms: ['channel_mismatches_total', 'Logins through a third party between client and server.'],
  failures: ['internal_failures_total', 'Failures inside the server.'],
  commits: ['store_commits_total', 'Commits to the store.'],
};

interface HistogramShape {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  /** The histogram for each value of the label. */
  readonly parts: Readonly<Record<string, HistogramName>>;
}

const HISTOGRAMS: readonly HistogramShape[] = [
  {
    name: 'login_stage_seconds',
    help: 'Time that the server takes for the stages of a login, without that of the client.',
    label: 'stage',
    parts: { handshake: 'handshake', start: 'start', proof: 'proof', code: 'code', total: 'total' },
  },
  {
    name: 'store_seconds',
    help: 'Time that the store takes for a read or a commit.',
    label: 'operation',
    parts: { read: 'read', commit: 'commit' },
  },
  {
    name: 'event_loop_delay_seconds',
    help: 'The longest delay of the event loop in each second of each process.',
    parts: { '': 'loop' },
  },
];

/** What the page shows besides what was measured. */
export interface State {
  readonly isReady: boolean;
  /** In Unix seconds; left out while unknown. */
  readonly certificateExpires?: number | undefined;
  readonly rootKeyCreated?: number | undefined;
  readonly dataKeyCreated?: number | undefined;
}

/** Options of `metricsPage`. */
export interface MetricsOptions {
  readonly meter: Meter;
  /** Called at each request. */
  readonly state: () => Promise<State>;
}

/** Returns a function that prints everything, as it is then, in the text format of Prometheus. */
export function metricsPage({ meter, state }: MetricsOptions): () => Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const [key, [name, help, label]] of Object.entries(COUNTERS)) {
    const labelNames = label === undefined ? [] : [label];
    const Kind = key === 'open' ? Gauge : Counter;
    new Kind({
      name: `countersign_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const value of meter.valuesOf(key))
          this.inc(label === undefined ? {} : { [label]: value.label }, value.value);
      },
    });
  }
  for (const shape of HISTOGRAMS) registry.registerMetric(new MeterHistogram(shape, meter));
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `countersign_${name}`, help, labelNames, registers });
  const ready = gauge('ready', 'Whether logins are served, as in /readyz.');
  const expires = gauge(
    'certificate_expires_timestamp_seconds',
    'When the certificate in use expires, in Unix seconds.',
  );
  const keys = gauge(
    'key_created_timestamp_seconds',
    'When the root key and the data key that seals new records were created, in Unix seconds.',
    ['key'],
  );
  return async () => {
    const { isReady, certificateExpires, rootKeyCreated, dataKeyCreated } = await state();
    ready.set(isReady ? 1 : 0);
    expires.set(certificateExpires ?? Number.NaN);
    keys.reset();
    if (rootKeyCreated) keys.set({ key: 'root' }, rootKeyCreated);
    if (dataKeyCreated) keys.set({ key: 'data' }, dataKeyCreated);
    return registry.metrics();
  };
}

/** A histogram of observations from other processes, which prom-client's own class cannot hold. */
class MeterHistogram extends Histogram {
  readonly #shape: HistogramShape;
  readonly #meter: Meter;

  constructor(shape: HistogramShape, meter: Meter) {
    super({
      name: `countersign_${shape.name}`,
      help: shape.help,
      buckets: [...BUCKET_BOUNDS],
      registers: [],
    });
    this.#shape = shape;
    this.#meter = meter;
  }

  /** What the registry prints. */
  async getForPromString() {
    const { name, help, label, parts } = this.#shape;
    const values = Object.entries(parts).flatMap(([value, part]) =>
      linesOf(
        `countersign_${name}`,
        label === undefined ? {} : { [label]: value },
        this.#meter.distributionOf(part),
      ),
    );
    return { name: `countersign_${name}`, help, type: 'histogram', values };
  }
}

function linesOf(name: string, labels: Readonly<Record<string, string>>, { counts, sum }: Distribution) {
  let total = 0;
  const buckets = counts.map((count, bucket) => {
    total += count;
    const le = BUCKET_BOUNDS[bucket] ?? '+Inf';
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}

/** Returns the route of the page. */
export function metricsRoute(options: MetricsOptions): Route {
  const print = metricsPage(options);
  return async () => ({
    status: 200,
    headers: { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE },
    body: await print(),
  });
}
