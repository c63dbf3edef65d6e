/** Reloads the files of a running server, for example on SIGHUP. */
import type { ServeOptions, Serving } from './serve.ts';

/** Options of `reloading`. */
export interface ReloadOptions<Reread extends { readonly serve: ServeOptions }> {
  /** Reads and checks all files. */
  readonly read: () => Promise<Reread>;
  /** Called when the server has new settings. */
  readonly onReloaded: (reread: Reread) => void;
  /** Called with an error of `read` or of the server, which keeps its settings. */
  readonly onFailure: (error: unknown) => void;
}

/** Reloads a server, which may still have to start. */
export interface Reloading {
  /** Reads all files and applies their settings. If a file is invalid, the server keeps its current settings. */
  request(): void;
  /** Called when the server runs. */
  serve(serving: Serving): void;
}

/** Runs one reload at a time. Requests during one are answered by one more after it, since files may have changed again. */
export function reloading<Reread extends { readonly serve: ServeOptions }>({
  read,
  onReloaded,
  onFailure,
}: ReloadOptions<Reread>): Reloading {
  let serving: Serving | undefined;
  let isRunning = false;
  let isRequested = false;

  async function run(server: Serving): Promise<void> {
    isRunning = true;
    while (isRequested) {
      isRequested = false;
      await reload(server).catch(onFailure);
    }
    isRunning = false;
  }

  async function reload(server: Serving): Promise<void> {
    const reread = await read();
    await server.reload(reread.serve);
    onReloaded(reread);
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
