/** A worker process of `start --workers N`: serves what it is told to, until it is told to stop or left alone. */
import cluster from 'node:cluster';
import { openStore } from '@countersign/secure-store';
import { EXIT, type Io, runMain } from '@countersign/terminal';
import { codedFrom } from '../coded-error.ts';
import { openBackend } from '../open-store.ts';
import { parseStorePlace } from '../settings.ts';
import { forget } from '../unlock.ts';
import { openLog } from './log.ts';
import { Counters, countingCommits } from './metrics.ts';
import { serve } from './serve.ts';
import { type FromWorker, isToWorker, type ToWorker } from './worker-messages.ts';

const TELLING_MILLISECONDS = 1000;

await runMain(async (_argv, io) => {
  io.outliveTerminal();
  const told = new Promise<Extract<ToWorker, { kind: 'serve' }>>((resolve) => {
    process.on('message', (message) => {
      if (!isToWorker(message)) return;
      if (message.kind === 'serve') resolve(message);
      else stop(io);
    });
  });
  // Otherwise a worker left alone would end at once, in the middle of its work.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.on('disconnect', () => stop(io));
  const stopped = new Promise<void>((resolve) => {
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await tell({ kind: 'ready' });
  const work = await Promise.race([told, stopped]);
  if (work) await serveUntil(stopped, io, work);
  return EXIT.done;
});

async function serveUntil(
  stopped: Promise<void>,
  io: Io,
  { options, unlock }: Extract<ToWorker, { kind: 'serve' }>,
): Promise<void> {
  const counters = new Counters();
  const log = await openLog(io, options.json);
  const backend = countingCommits(await openBackend(parseStorePlace(options.store)), counters);
  try {
    const store = await openStore({ backend, ...unlock }).finally(() => forget(unlock));
    const server = await serve(store, options, (event) => {
      counters.count(event);
      log.event(event);
    });
    await tell({ kind: 'listening', at: server.at });
    const telling = setInterval(
      () => void tell({ kind: 'counted', counts: counters.take() }),
      TELLING_MILLISECONDS,
    );
    const lost = await Promise.race([stopped, server.lost]);
    clearInterval(telling);
    await server.close();
    await tell({ kind: 'counted', counts: counters.take() });
    if (lost !== undefined) throw lost;
  } catch (error) {
    await tell({ kind: 'failed', error: codedFrom(error) });
  } finally {
    await backend.close();
    log.close();
  }
}

/** A signal may have come to this process as well; a second interruption would end it at once. */
function stop(io: Io): void {
  if (!io.signal.aborted) io.interrupt();
}

/** Resolves when it is sent, or when nobody is left to be told. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
