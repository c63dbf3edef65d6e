/** A worker process of a fleet. */
import cluster from 'node:cluster';
import { isLostTo, openStore } from '@countersign/secure-store';
import { parsePlace } from '@countersign/secure-store/place';
import { connectTcp } from '@countersign/tls-channel/tcp';
import { type FromWorker, isToWorker, type Reported, type Work } from './messages.ts';
import { Meter } from './meter.ts';
import { type ServeHooks, type ServeOptions, type Serving, serve } from './serve.ts';

/** What the program of a worker provides. */
export interface WorkerOptions extends Omit<ServeHooks, 'meter'> {
  /** Aborted when the worker is to end. */
  readonly signal: AbortSignal;
  /** Called when the first process asks the worker to end, or is gone. Must abort `signal`. */
  readonly stop: () => void;
}

const REPORT_EVERY_MILLISECONDS = 1000;

/** Serves what the first process asks for. Resolves when the worker has been stopped or has failed. */
export async function runWorker({ signal, stop, ...hooks }: WorkerOptions): Promise<void> {
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let serving: Serving | undefined;
  let latest: ServeOptions | undefined;
  const reload = () => {
    if (!serving || !latest) return;
    serving.reload(latest).catch((error: unknown) => hooks.onEvent({ kind: 'failure', error }));
  };
  const asked = new Promise<Work>((resolve) => {
    process.on('message', (message) => {
      if (!isToWorker(message)) return;
      if (message.kind === 'serve') resolve(message.work);
      else if (message.kind === 'stop') stop();
      else {
        latest = message.serve;
        reload();
      }
    });
  });
  // Otherwise Node.js ends the worker at once when the first process is gone.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.on('disconnect', stop);
  await send({ kind: 'ready' });
  const work = await Promise.race([asked, stopped]);
  if (!work) return;
  await serveUntil(stopped, work, hooks, (server) => {
    serving = server;
    // Other settings can have arrived before the server listened.
    reload();
  });
}

async function serveUntil(
  stopped: Promise<undefined>,
  { store: text, unlock, serve: options }: Work,
  hooks: Omit<ServeHooks, 'meter'>,
  onServing: (server: Serving) => void,
): Promise<void> {
  const meter = new Meter();
  const report = () => send({ kind: 'measured', measured: meter.take() });
  const place = parsePlace(text);
  if (!place) throw new TypeError('"store" expected the text of a place, got something else');
  const dial = (host: string, port: number, signal: AbortSignal) => connectTcp({ host, port, signal });
  const backend = meter.measuring(await place.open({ dial }));
  try {
    const store = await openStore({ backend, ...unlock }).finally(() => wipe(unlock));
    const server = await serve(store, options, { ...hooks, meter });
    onServing(server);
    await send({ kind: 'listening', at: server.at });
    const reporting = setInterval(() => void report(), REPORT_EVERY_MILLISECONDS);
    const lost = await Promise.race([stopped, server.lost]);
    clearInterval(reporting);
    await server.close();
    await report();
    if (lost !== undefined) throw lost;
  } catch (error) {
    const isFinal = isLostTo(backend, error) || codeOf(error) === 'wrong_passphrase';
    await send({ kind: 'failed', reported: reportedFrom(error, isFinal) });
  } finally {
    await backend.close();
  }
}

/** Overwrites the secret, as far as it is bytes. */
function wipe({ passphrase, keyFile }: Work['unlock']): void {
  for (const secret of [passphrase, keyFile]) if (secret instanceof Uint8Array) secret.fill(0);
}

function reportedFrom(error: unknown, isFinal: boolean): Reported {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const code = codeOf(error);
  return code === undefined ? { message: `${name}: ${message}`, isFinal } : { name, code, message, isFinal };
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Resolves when the message is sent, or when the first process is gone. */
function send(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
