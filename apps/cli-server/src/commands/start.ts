/**
 * `start`:
 *
 * 1. Whatever can be wrong with the options is found before anybody is asked for a passphrase.
 * 2. The passphrase opens the store; the first time it is asked for twice, and makes store and certificate. With a
 *    secret from a file there is no confirmation, so a new store needs `--create`.
 * 3. The server listens, in this process or in several, says so once, and logs.
 * 4. Asked to end, it finishes what is in flight.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import {
  type Counts,
  countingCommits,
  countsOf,
  type ServeOptions,
  type ServingAt,
  serve,
  startFleet,
} from '@countersign/auth-server/fleet';
import { openStore, type Store } from '@countersign/secure-store';
import { EXIT, type ExitCode, type Io, openPrompts, untilAborted, withSpinner } from '@countersign/terminal';
import { chainProblems, openIdentity } from '@countersign/tls-channel';
import { checkDataDir, makeDataDir } from '../data-dir.ts';
import { explain } from '../explain.ts';
import { readLimits } from '../limits-file.ts';
import { reachBackend } from '../open-store.ts';
import { type Log, openLog } from '../serving/log.ts';
import type { Settings } from '../settings.ts';
import { readTextFile } from '../text-file.ts';
import { makeTlsFiles, ownTlsFiles, readTlsFiles } from '../tls-files.ts';
import { waits, welcome } from '../ui/asking.ts';
import { chainWarning } from '../ui/certificate.ts';
import { keyAndCertificateTogether, metricsPortTaken, nothingToStart, storeLost } from '../ui/errors.ts';
import { sayListening, workerTrouble } from '../ui/running.ts';
import {
  askNewUnlock,
  askServerUnlock,
  type BytesUnlock,
  comesFromFile,
  forget,
  unlocking,
} from '../unlock.ts';

export interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly public?: string;
  readonly create?: boolean;
  readonly workers: number;
  readonly registration?: 'open' | 'invite' | 'closed';
  readonly issuer?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly limits?: string;
  readonly auditDays?: number;
  readonly metricsPort?: number;
}

/** What listens: one process or several. */
interface Listening {
  readonly at: ServingAt;
  /** Resolves with the reason when it is over without having been asked to end. */
  readonly lost: Promise<unknown>;
  close(): Promise<void>;
}

interface Opened {
  readonly store: Store;
  /** For workers, which open it themselves, whenever one has to be replaced. Otherwise it is wiped already. */
  readonly unlock: BytesUnlock;
  readonly isNew: boolean;
}

interface Watch {
  readonly count: (counts: Counts) => void;
  readonly log: Log;
}

export async function start(io: Io, settings: Settings, options: StartOptions): Promise<ExitCode> {
  const serving = await toServeOptions(io, settings, options);
  await checkDataDir(settings);
  await lookUp(io, options.host);
  const page = options.metricsPort === undefined ? undefined : await openPage(options.metricsPort);
  const watch = { count: page?.count ?? (() => {}), log: await openLog(io, settings.json) };
  try {
    const opened = await open(io, settings, options, watch.count);
    const { store, unlock, isNew } = opened;
    try {
      io.signal.throwIfAborted();
      io.outliveTerminal();
      if (options.tlsCert === undefined) await makeTlsFiles(settings.dataDir, options.host);
      const { cert } = serving.tls;
      for (const problem of chainProblems(await readTextFile(cert, io.signal), new Date(io.now())))
        watch.log.warn(chainWarning(cert, problem));
      const listening =
        options.workers === 1
          ? await listenHere(store, serving, watch)
          : await listenInWorkers(io, settings, opened, serving, options.workers, watch);
      try {
        io.signal.throwIfAborted();
        const { registration } = serving;
        await sayListening(io, settings, { ...listening.at, registration, isNew, metricsPort: page?.port });
        const lost = await Promise.race([asked(io), listening.lost]);
        if (!io.signal.aborted) throw storeLost(lost);
      } finally {
        await listening.close();
      }
      return EXIT.done;
    } finally {
      forget(unlock);
      await store.close();
    }
  } finally {
    await page?.close();
    watch.log.close();
  }
}

/** Asks for the passphrase, opens the store with it, and the first time makes data directory and store. */
async function open(
  io: Io,
  settings: Settings,
  { create = false, workers }: StartOptions,
  count: Watch['count'],
): Promise<Opened> {
  const reached = await reachBackend(io, settings.store);
  const isNew = reached.isEmpty;
  const backend = countingCommits(reached.backend, () => count({ commits: 1 }));
  const prompts = openPrompts(io);
  try {
    if (isNew && !create && comesFromFile(settings)) throw nothingToStart(settings.store);
    if (isNew) welcome(io, settings);
    return await unlocking(io, prompts, settings, {
      ask: () => (isNew ? askNewUnlock : askServerUnlock)(io, prompts, settings),
      async open(unlock) {
        await makeDataDir(settings.dataDir);
        const store = await withSpinner(io, isNew ? waits.making : waits.opening, () =>
          openStore({ backend, ...unlock, create: 'if-empty' }),
        );
        if (workers === 1) forget(unlock);
        return { store, unlock, isNew };
      },
    });
  } catch (error) {
    await backend.close();
    throw error;
  } finally {
    prompts.close();
  }
}

function listenHere(store: Store, serving: ServeOptions, { count, log }: Watch): Promise<Listening> {
  return serve(store, serving, {
    readIdentity: (files) => readTlsFiles(files),
    onEvent(event) {
      count(countsOf(event));
      log.event(event);
    },
  });
}

async function listenInWorkers(
  io: Io,
  { store: place, json }: Settings,
  { store, unlock }: Opened,
  serving: ServeOptions,
  workers: number,
  { count, log }: Watch,
): Promise<Listening> {
  // It was opened to make it, or to see that the passphrase is right; each worker opens it anew.
  await store.close();
  return startFleet({
    module: new URL('../../bin/worker.js', import.meta.url),
    args: json ? ['--json'] : [],
    workers,
    work: { store: place.text, serve: serving, unlock },
    onCounts: count,
    onTrouble: (what, error) => log.warn(workerTrouble(what, what === 'died' ? error : explain(error))),
    signal: io.signal,
  });
}

/** A resolver that does not answer is waited for here, where a signal ends the wait. Listening reports what is wrong. */
async function lookUp({ signal }: Io, host: string): Promise<void> {
  if (isIP(host) !== 0) return;
  await untilAborted(
    signal,
    lookup(host).catch(() => undefined),
  );
}

function asked(io: Io): Promise<void> {
  return new Promise((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Reads every file the options name, so that a mistake is found at once. */
async function toServeOptions(
  { signal }: Io,
  settings: Settings,
  options: StartOptions,
): Promise<ServeOptions> {
  const { host, port, tlsCert, tlsKey } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) throw keyAndCertificateTogether();
  const given = tlsCert !== undefined && tlsKey !== undefined ? { key: tlsKey, cert: tlsCert } : undefined;
  if (given) openIdentity(await readTlsFiles(given, signal));
  return {
    host,
    port,
    publicAddress: options.public,
    registration: options.registration ?? (isLoopback(host) ? 'open' : 'invite'),
    issuer: options.issuer,
    auditDays: options.auditDays,
    limits: options.limits === undefined ? undefined : await readLimits(options.limits, signal),
    tls: given ?? ownTlsFiles(settings.dataDir),
  };
}

async function openPage(port: number) {
  const { Metrics, openMetricsPage } = await import('../serving/metrics.ts');
  const metrics = new Metrics();
  const page = await openMetricsPage(port, metrics).catch((error: unknown) => {
    throw metricsPortTaken(port, error);
  });
  return { ...page, count: (counts: Counts) => metrics.add(counts) };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
