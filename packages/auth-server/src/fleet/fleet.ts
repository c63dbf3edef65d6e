/**
 * Several processes that serve one port (node:cluster). Each opens the store itself, and one that dies is replaced.
 * Any process can answer any client, since everything they must agree on is in the store.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isFromWorker, type Reported, type ToWorker, type Work } from './messages.ts';
import type { Meter } from './meter.ts';
import type { Serving, ServingAt } from './serve.ts';

/** Options of `startFleet`. */
export interface FleetOptions {
  /** The module that every worker runs. It calls `runWorker`. */
  readonly module: URL;
  /** The command line of every worker. */
  readonly args?: readonly string[] | undefined;
  readonly workers: number;
  readonly work: Work;
  /** Receives what the workers have measured. */
  readonly meter: Meter;
  /** Called when a worker has ended unexpectedly and will be replaced, and when its replacement could not start. */
  readonly onTrouble: (what: 'died' | 'not_replaced', error: WorkerError) => void;
  /** Aborted when the server is to end. Workers that end afterwards are not replaced. */
  readonly signal: AbortSignal;
}

/** What ended a worker process. `name`, `code` and `message` are those of the error in that process. */
export class WorkerError extends Error {
  override readonly name: string;
  readonly code: string;
  /** Whether a new worker would fail as well. */
  readonly isFinal: boolean;

  constructor({ message, name = 'WorkerError', code = 'worker_failed', isFinal = false }: Reported) {
    super(message);
    this.name = name;
    this.code = code;
    this.isFinal = isFinal;
  }
}

interface Launched {
  readonly worker: Worker;
  readonly at: ServingAt;
  /** Resolves when the process has ended. */
  readonly gone: Promise<WorkerError>;
}

const FIRST_DELAY = 200;
const LONGEST_DELAY = 30_000;

/**
 * Starts the workers. Resolves when all of them listen. The server is lost when no worker is left and none can be started.
 *
 * @throws a WorkerError if one of them cannot; the others are ended
 */
export async function startFleet(options: FleetOptions): Promise<Serving> {
  const { workers, onTrouble } = options;
  // Key files are bytes, which the default serialization does not keep.
  const exec = fileURLToPath(options.module);
  cluster.setupPrimary({ exec, args: [...(options.args ?? [])], serialization: 'advanced' });
  // Chosen before the first worker listens, so that the port stays the same when all workers die at once.
  const { host, port } = options.work.serve;
  let serve = { ...options.work.serve, port: port === 0 ? await freePort(host) : port };
  const launchOne = () => launch({ kind: 'serve', work: { ...options.work, serve } }, options.meter);
  const closing = new AbortController();
  const ending = AbortSignal.any([closing.signal, options.signal]);

  const first = await Promise.allSettled(Array.from({ length: workers }, launchOne));
  const launched = first.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [one] = launched;
  const failed = first.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined || one === undefined) {
    stopAll();
    await Promise.all(launched.map(({ gone }) => gone));
    options.signal.throwIfAborted();
    throw failed?.reason;
  }

  /** Replaces a worker whenever it ends. Resolves with the final error, or with `undefined` when the fleet ends. */
  async function keepSeat({ gone }: Launched): Promise<WorkerError | undefined> {
    let trouble: 'died' | 'not_replaced' = 'died';
    let delay = FIRST_DELAY;
    for (let error = await gone; !ending.aborted; ) {
      onTrouble(trouble, error);
      if (error.isFinal) return error;
      await wait(delay, undefined, { signal: ending }).catch(() => {});
      if (ending.aborted) break;
      const next = await launchOne().catch((reason: unknown) => toWorkerError(reason));
      const isReplaced = !(next instanceof WorkerError);
      if (isReplaced && ending.aborted) send(next.worker, { kind: 'stop' });
      trouble = isReplaced ? 'died' : 'not_replaced';
      delay = isReplaced ? FIRST_DELAY : Math.min(2 * delay, LONGEST_DELAY);
      error = isReplaced ? await next.gone : next;
    }
    return undefined;
  }

  const seats = launched.map(keepSeat);
  return {
    at: one.at,
    lost: Promise.all(seats).then((errors) => errors.find((error) => error !== undefined)),
    async reload(next) {
      // A worker that is starting receives it too, after the settings that it was started with.
      serve = { ...next, port: serve.port };
      sendAll({ kind: 'reload', serve });
    },
    async close() {
      closing.abort();
      stopAll();
      await Promise.all(seats);
    },
  };
}

/** Rejects with a WorkerError if the process ends before it listens. */
function launch(work: ToWorker, meter: Meter): Promise<Launched> {
  return new Promise((resolve, reject) => {
    const worker = cluster.fork();
    let reported: Reported | undefined;
    let open = 0;
    const gone = once(worker, 'exit').then(([code, signal]) => {
      meter.count({ open: -open });
      return new WorkerError(reported ?? { message: String(signal ?? `exit ${code}`) });
    });
    void gone.then(reject);
    worker.on('error', (error) => reject(toWorkerError(error)));
    worker.on('message', (message: unknown) => {
      if (!isFromWorker(message)) return;
      switch (message.kind) {
        case 'ready':
          send(worker, work);
          break;
        case 'listening':
          resolve({ worker, at: message.at, gone });
          break;
        case 'failed':
          reported = message.reported;
          break;
        case 'measured':
          open += message.measured.counts.open ?? 0;
          meter.add(message.measured);
          break;
      }
    });
  });
}

function toWorkerError(error: unknown): WorkerError {
  return error instanceof WorkerError ? error : new WorkerError({ message: String(error) });
}

function stopAll(): void {
  sendAll({ kind: 'stop' });
}

function sendAll(message: ToWorker): void {
  for (const worker of Object.values(cluster.workers ?? {})) if (worker) send(worker, message);
}

/** A worker that is gone needs no message. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}

/** Returns a free port, or 0 if there is none; then the workers report why they cannot listen. */
async function freePort(host: string | undefined): Promise<number> {
  const probe = createServer().listen(0, host);
  try {
    await once(probe, 'listening');
  } catch {
    return 0;
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
