/** Listening, in this process or in several, and why a server stopped that was not asked to. */
import { type Meter, type Serving, serve, startFleet } from '@countersign/auth-server/fleet';
import type { Store } from '@countersign/secure-store';
import { type BytesUnlock, CliError, type Io, sentence } from '@countersign/terminal';
import { explain, isCoded } from '../explain.ts';
import type { Settings } from '../settings.ts';
import { readTlsFiles } from '../tls-files.ts';
import { storeError } from '../ui/messages.ts';
import type { Log } from './log.ts';
import { levelOf, type StartOptions } from './options.ts';
import type { serveOptions } from './start-options.ts';

/** What a server is started with. */
export interface Starting {
  readonly io: Io;
  readonly settings: Settings;
  readonly options: StartOptions;
  readonly serving: Awaited<ReturnType<typeof serveOptions>>;
  readonly meter: Meter;
  readonly log: Log;
}

/** The opened store. */
export interface Opened {
  readonly store: Store;
  /** For workers, which open the store themselves. Otherwise it is wiped already. */
  readonly unlock: BytesUnlock;
  readonly isNew: boolean;
}

/** Listens in this process, or in workers, which open the store themselves. */
export function listen(
  { io, settings, options, serving, meter, log }: Starting,
  { store, unlock }: Opened,
): Promise<Serving> {
  const { workers } = options;
  if (workers === 1) {
    const onEvent = log.event;
    return serve(store, serving, { readIdentity: (files) => readTlsFiles(files), onEvent, meter });
  }
  return startFleet({
    module: new URL('../../bin/worker.js', import.meta.url),
    args: [...(settings.json ? ['--json'] : []), levelOf(options)],
    workers,
    work: { store: settings.store.text, serve: serving, unlock },
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
