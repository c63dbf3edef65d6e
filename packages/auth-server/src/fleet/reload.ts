/** Reloads the settings of a running server, for example on SIGHUP. */
import type { Serving } from './serve.ts';

/** Reloads a server, which may still have to start. */
export interface Reloading {
  /** Reloads now, or when the server runs. */
  request(): void;
  /** Called when the server runs. */
  serve(serving: Serving): void;
}

/**
 * Runs one reload at a time. Requests during one are answered by one more after it, since files may have changed again.
 * @param reload reads all files and passes them to `Serving.reload`. It reports its errors itself
 */
export function reloading(reload: (serving: Serving) => Promise<void>): Reloading {
  let serving: Serving | undefined;
  let isRunning = false;
  let isRequested = false;

  async function run(server: Serving): Promise<void> {
    isRunning = true;
    while (isRequested) {
      isRequested = false;
      await reload(server);
    }
    isRunning = false;
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
