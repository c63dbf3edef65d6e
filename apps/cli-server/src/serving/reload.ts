/** Reloads the files of a running server on SIGHUP. */
import type { ServeOptions, Serving } from '@countersign/auth-server/fleet';
import { CliError, sentence } from '@countersign/terminal';
import { explain } from '../explain.ts';
import type { Log } from './log.ts';

/** What a reload has read. */
export interface Reread {
  readonly serve: ServeOptions;
  /** The names of settings that have changed and that a running server cannot change. */
  readonly fixed: readonly string[];
}

/** Options of `reloading`. */
export interface ReloadOptions {
  /** Reads and checks all files. */
  readonly read: () => Promise<Reread>;
  readonly log: Log;
}

/** Reloads a server, which may still have to start. */
export interface Reloading {
  /** Reads all files and applies their settings. If a file is invalid, the server keeps its current settings. */
  request(): void;
  /** Called when the server runs. */
  serve(serving: Serving): void;
}

/** Runs one reload at a time. Requests during one are answered by one more after it, since files may have changed again. */
export function reloading({ read, log }: ReloadOptions): Reloading {
  let serving: Serving | undefined;
  let isRunning = false;
  let isRequested = false;

  async function run(server: Serving): Promise<void> {
    isRunning = true;
    while (isRequested) {
      isRequested = false;
      await reload(server).catch((error: unknown) => log.warn(failureInWords(error)));
    }
    isRunning = false;
  }

  async function reload(server: Serving): Promise<void> {
    const { serve, fixed } = await read();
    await server.reload(serve);
    log.info('SIGHUP: certificate and settings were read again.');
    if (fixed.length > 0)
      log.warn(sentence`SIGHUP: these settings have changed and need a restart: ${fixed.join(', ')}.`);
  }

  return {
    request() {
      isRequested = true;
      if (serving && !isRunning) void run(serving);
    },
    serve(server) {
      serving = server;
      if (isRequested) void run(server);
    },
  };
}

function failureInWords(error: unknown): string {
  const known = explain(error);
  const why = known instanceof Error ? known.message : String(known);
  const hint = known instanceof CliError && known.hint !== undefined ? ` ${known.hint}` : '';
  return sentence`SIGHUP: the server keeps its settings. ${why}${hint}`;
}
