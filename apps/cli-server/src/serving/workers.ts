/**
 * Several processes behind one port (node:cluster). Each opens the store itself; one that dies is replaced. Which
 * process answers a client does not matter, since everything they must agree on is in the store.
 */
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type CodedError, codedFrom, isCoded } from '../coded-error.ts';
import { explain } from '../explain.ts';
import { parseStorePlace } from '../settings.ts';
import { workerDied, workerNotReplaced } from '../ui/running.ts';
import type { BytesUnlock } from '../unlock.ts';
import type { Log } from './log.ts';
import type { Counters } from './metrics.ts';
import type { ServeOptions, ServingAt } from './serve.ts';
import { isFromWorker, type ToWorker } from './worker-messages.ts';

export interface FleetOptions {
  readonly workers: number;
  readonly serve: ServeOptions;
  readonly unlock: BytesUnlock;
  readonly counters: Counters;
  readonly log: Log;
  /** Aborted when the server is to end; whoever dies then is not replaced. */
  readonly signal: AbortSignal;
}

export interface Fleet {
  readonly at: ServingAt;
  /** Resolves when no worker is left: with the last reason when the store is lost for good, or no longer opens to new ones. */
  readonly over: Promise<CodedError | undefined>;
  /** Lets every worker finish what is in flight. */
  close(): Promise<void>;
}

interface Launched {
  readonly worker: Worker;
  readonly at: ServingAt;
  /** Resolves with the reason when the process has ended. */
  readonly gone: Promise<CodedError>;
}

const FIRST_DELAY = 200;
const LONGEST_DELAY = 30_000;

/** Resolves when all listen. When one cannot, the others are ended and its `CodedError` is the reason. */
export async function startWorkers(options: FleetOptions): Promise<Fleet> {
  const { workers, serve, unlock, log } = options;
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('../../bin/worker.js', import.meta.url)),
    args: [],
    // A key file is bytes.
    serialization: 'advanced',
  });
  // Known before the first worker listens, so that the port stays when all of them die at once.
  const port = serve.port === 0 ? await freePort(serve.host) : serve.port;
  const work: ToWorker = { kind: 'serve', options: { ...serve, port }, unlock };
  const closing = new AbortController();
  const ending = AbortSignal.any([closing.signal, options.signal]);

  const first = await Promise.allSettled(
    Array.from({ length: workers }, () => launch(work, options.counters)),
  );
  const launched = first.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [one] = launched;
  const failed = first.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined || one === undefined) {
    stopAll();
    await Promise.all(launched.map(({ gone }) => gone));
    options.signal.throwIfAborted();
    throw failed?.reason;
  }

  /** One worker after the other, until closing or until there can be no more. */
  async function keepSeat(seat: Launched): Promise<CodedError | undefined> {
    for (let next: Launched | undefined = seat; next !== undefined; ) {
      const reason = await next.gone;
      if (ending.aborted) return undefined;
      log.warn(workerDied(reason));
      if (isLost(reason, serve.store)) return reason;
      const replaced = await replace();
      if (isCoded(replaced)) return replaced;
      next = replaced;
    }
    return undefined;
  }

  async function replace(): Promise<Launched | CodedError | undefined> {
    for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
      await wait(delay, undefined, { signal: ending }).catch(() => {});
      if (ending.aborted) return undefined;
      try {
        const launched = await launch(work, options.counters);
        if (ending.aborted) send(launched.worker, { kind: 'stop' });
        return launched;
      } catch (error) {
        if (ending.aborted) return undefined;
        log.warn(workerNotReplaced(explain(error)));
        if (isCoded(error) && isLost(error, serve.store)) return error;
      }
    }
  }

  const seats = launched.map(keepSeat);
  return {
    at: one.at,
    over: Promise.all(seats).then((reasons) => reasons.find((reason) => reason !== undefined)),
    async close() {
      closing.abort();
      stopAll();
      await Promise.all(seats);
    },
  };
}

/** Rejects with a `CodedError` when the process ends before it listens. */
function launch(work: ToWorker, counters: Counters): Promise<Launched> {
  return new Promise((resolve, reject) => {
    const worker = cluster.fork();
    let failure: CodedError | undefined;
    let open = 0;
    const gone = once(worker, 'exit').then(([code, signal]): CodedError => {
      counters.add('open', -open);
      return failure ?? { name: 'Error', code: 'worker_died', message: String(signal ?? `exit ${code}`) };
    });
    void gone.then(reject);
    worker.on('error', (error) => reject(codedFrom(error)));
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
          failure = message.error;
          break;
        case 'counted':
          open += message.counts.open ?? 0;
          counters.addAll(message.counts);
          break;
      }
    });
  });
}

function stopAll(): void {
  for (const worker of Object.values(cluster.workers ?? {})) if (worker) send(worker, { kind: 'stop' });
}

/** A worker that is gone needs no message; its end is heard elsewhere. */
function send(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => {});
}

/** 0 when there is none to be had there; then the workers' own listening says why. */
async function freePort(host: string): Promise<number> {
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

/** Errors of a worker after which no other would do better. A database that does not answer may come back. */
const FINAL: ReadonlySet<string> = new Set(['wrong_passphrase', 'locked_out', 'moved']);
const FINAL_ON_DISK: ReadonlySet<string> = new Set(['not_a_store', 'damaged', 'newer_format']);

function isLost({ code }: CodedError, place: string): boolean {
  return FINAL.has(code) || (parseStorePlace(place).folder !== undefined && FINAL_ON_DISK.has(code));
}
