/**
 * The two HTTP ports of `start`. They are opened before the passphrase is asked for, so that a port in use is reported at
 * once, and answer from the store when it is open. With several workers, this process keeps the store open for them.
 */
import { type Following, followKeys } from '@countersign/auth-server';
import type { Meter, Serving } from '@countersign/auth-server/fleet';
import {
  type HttpPort,
  healthRoute,
  openHttpPort,
  readyRoute,
  storeRoutes,
} from '@countersign/auth-server/http';
import type { Store } from '@countersign/secure-store';
import { CliError, EXIT, sentence, systemReason } from '@countersign/terminal';
import { Metrics, metricsRoute } from './metrics.ts';

export interface HttpPortsOptions {
  readonly httpPort: number | undefined;
  readonly metricsPort: number | undefined;
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

export interface HttpPorts {
  readonly httpPort: number | undefined;
  readonly metricsPort: number | undefined;
  /** Adds the routes that read the store. @param options `isFollowed`: a server in this process follows its keys */
  serve(store: Store, options: { readonly isFollowed: boolean }): Promise<void>;
  /** Called when the server listens. It is ready while its store answers. */
  watch(serving: Serving): void;
  /** Can be called again. */
  close(): Promise<void>;
}

/** @throws {CliError} address_in_use */
export async function openHttpPorts(options: HttpPortsOptions): Promise<HttpPorts> {
  const { issuerUrl, clock, onFailure } = options;
  const publicPort = await openOne('--http-port', options.httpPort, options);
  const privatePort = await openOne('--metrics-port', options.metricsPort, options).catch(async (error) => {
    await publicPort?.close();
    throw error;
  });
  let following: Following | undefined;
  let serving: Serving | undefined;
  const condition = () => following?.condition ?? serving?.condition;
  const isReady = () => serving !== undefined && condition()?.answers === true && !options.signal.aborted;
  const metrics = new Metrics({
    meter: options.meter,
    state: async () => ({
      ...condition(),
      isReady: isReady(),
      certificateExpires: await options.certificateExpires(),
    }),
  });
  privatePort?.add({
    '/metrics': metricsRoute(metrics),
    '/healthz': healthRoute,
    '/readyz': readyRoute(isReady),
  });
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    await Promise.all([publicPort?.close(), privatePort?.close()]);
    await following?.stop();
  }

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
    close() {
      closed ??= close();
      return closed;
    },
  };
}

async function openOne(
  option: string,
  port: number | undefined,
  { issuerUrl, onFailure }: HttpPortsOptions,
): Promise<HttpPort | undefined> {
  if (port === undefined) return undefined;
  return openHttpPort({ port, issuerUrl, onFailure }).catch((cause: unknown) => {
    throw new CliError({
      code: 'address_in_use',
      exit: EXIT.network,
      message: sentence`Port ${port} cannot be used: ${systemReason(cause)}.`,
      hint: `Choose another ${option}.`,
      cause,
    });
  });
}
