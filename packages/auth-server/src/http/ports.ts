/**
 * The two HTTP ports of a server. They are opened before the store, so that a port in use is reported at once, and answer
 * from the store when it is open. If several workers serve, the first process keeps the store open for the ports.
 */
import type { Store } from '@countersign/secure-store';
import type { Meter } from '../fleet/meter.ts';
import type { Serving } from '../fleet/serve.ts';
import { type Following, followKeys } from '../listener/following.ts';
import { healthRoute, readyRoute } from './health.ts';
import type { HttpPort } from './port.ts';
import { storeRoutes } from './store-routes.ts';

/** Options of `serveHttp`. */
export interface ServeHttpOptions {
  /** Serves public data: the keys of tokens, the SSH revocation list. */
  readonly publicPort: HttpPort | undefined;
  /** Serves metrics, readiness and token checks. It needs the optional peer `prom-client`. */
  readonly privatePort: HttpPort | undefined;
  readonly issuerUrl: string | undefined;
  readonly meter: Meter;
  /** Returns when the certificate in use expires, in Unix seconds; `undefined` if that is unknown. */
  readonly certificateExpires: () => Promise<number | undefined>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Aborted when the server shuts down: from then on it is not ready. */
  readonly signal: AbortSignal;
  readonly onFailure: (error: unknown) => void;
}

/** The ports of a server, returned by `serveHttp`. */
export interface HttpPorts {
  readonly httpPort: number | undefined;
  readonly metricsPort: number | undefined;
  /**
   * Adds the routes that read the store.
   *
   * @param options `isFollowed`: a server in this process follows its keys
   */
  serve(store: Store, options: { readonly isFollowed: boolean }): Promise<void>;
  /** Called when the server listens. It is ready while its store answers. */
  watch(serving: Serving): void;
  /** Can be called again. */
  close(): Promise<void>;
}

/** Serves the routes that need no store, and returns what adds the others. */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpPorts> {
  const { publicPort, privatePort, issuerUrl, clock, onFailure } = options;
  let following: Following | undefined;
  let serving: Serving | undefined;
  const condition = () => following?.condition ?? serving?.condition;
  const isReady = () => serving !== undefined && condition()?.answers === true && !options.signal.aborted;
  const state = async () => ({
    ...condition(),
    isReady: isReady(),
    certificateExpires: await options.certificateExpires(),
  });
  if (privatePort) {
    const { metricsRoute } = await import('../metrics/metrics.ts');
    privatePort.add({
      '/metrics': metricsRoute({ meter: options.meter, state }),
      '/healthz': healthRoute,
      '/readyz': readyRoute(isReady),
    });
  }
  const close = async () => {
    await Promise.all([publicPort?.close(), privatePort?.close()]);
    await following?.stop();
  };
  let closed: Promise<void> | undefined;

  return {
    httpPort: publicPort?.port,
    metricsPort: privatePort?.port,
    async serve(store, { isFollowed }) {
      if (!isFollowed) following = await followKeys(store, onFailure);
      const { publicRoutes, privateRoutes } = storeRoutes({ store, clock, issuerUrl });
      publicPort?.add(publicRoutes);
      privatePort?.add(privateRoutes);
    },
    watch(server) {
      serving = server;
    },
    close: () => (closed ??= close()),
  };
}
