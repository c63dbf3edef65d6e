/** Listening, in this process or in several, and why a server stopped that was not asked to. */
import {
  type Meter,
  type ServeOptions,
  type Serving,
  serve,
  startFleet,
} from '@countersign/auth-server/fleet';
import type { Store } from '@countersign/secure-store';
import { CliError, type Io, sentence } from '@countersign/terminal';
import { explain, isCoded } from '../explain.ts';
import type { Settings } from '../settings.ts';
import { readTlsFiles } from '../tls-files.ts';
import { storeError } from '../ui/messages.ts';
import type { BytesUnlock } from '../unlock.ts';
import type { Log } from './log.ts';
import type { LogLevel } from './log-level.ts';

/** The opened store. */
export interface Opened {
  readonly store: Store;
  /** For workers, which open the store themselves. Otherwise it is wiped already. */
  readonly unlock: BytesUnlock;
  readonly isNew: boolean;
}

/** What observes a server. */
export interface Watch {
  readonly meter: Meter;
  readonly log: Log;
}

/** Listens in this process. */
export function listenHere(
  { store }: Opened,
  serving: ServeOptions,
  { meter, log }: Watch,
): Promise<Serving> {
  return serve(store, serving, {
    readIdentity: (files) => readTlsFiles(files),
    onEvent: (event) => log.event(event),
    meter,
  });
}

/** Listens in workers, which open the store themselves. */
export async function listenInWorkers(
  io: Io,
  { store: place, json }: Settings,
  { unlock }: Opened,
  serving: ServeOptions,
  { workers, level }: { readonly workers: number; readonly level: LogLevel },
  { meter, log }: Watch,
): Promise<Serving> {
  return startFleet({
    module: new URL('../../bin/worker.js', import.meta.url),
    args: [...(json ? ['--json'] : []), level],
    workers,
    work: { store: place.text, serve: serving, unlock },
    meter,
    onTrouble(what, error) {
      const known = explain(error);
      const why = known instanceof Error ? known.message : error.message;
      if (what === 'died')
        log.warn(sentence`A worker process ended (${error.message}) and is being replaced.`);
      else log.warn(sentence`A new worker process could not start: ${why}`);
    },
    signal: io.signal,
  });
}

/** Returns the error for a server that stopped because its store is permanently lost. */
export function storeLost(error: unknown): unknown {
  if (!isCoded(error)) return error;
  if (error.code === 'wrong_passphrase')
    return storeError(
      error.code,
      'All worker processes have ended, and the passphrase was changed after the start.',
      'Start the server again with the new passphrase.',
    );
  const known = explain(error);
  if (!(known instanceof CliError)) return known;
  const { code, message, hint } = known;
  return storeError(code, `The server lost its store and stopped. ${message}`, hint, error);
}
