/** One process of a server: the listener on an opened store, with a certificate that is read again when it changes. */
import type { Store } from '@countersign/secure-store';
import { followFiles, type Identity } from '@countersign/tls-channel';
import { keepAddress, keepIssuerUrl, keptAddress } from '../last-start.ts';
import type { Condition } from '../listener/following.ts';
import type { ServerEvent, ServerOptions } from '../listener/options.ts';
import { startAuthServer } from '../listener/server.ts';
import { countsOf } from './counts.ts';
import { watchEventLoop } from './event-loop.ts';
import type { Meter } from './meter.ts';
import { makeRoomForYoungObjects } from './young-objects.ts';

/** What to serve, as plain data that can be sent to another process. Holds no secret. */
export interface ServeOptions
  extends Pick<
    ServerOptions,
    'host' | 'port' | 'relays' | 'registration' | 'issuer' | 'limits' | 'auditDays' | 'sshHours' | 'issuerUrl'
  > {
  /** Where clients reach the server, `HOST:PORT`. Kept in the store, for invitations. */
  readonly publicAddress?: string | undefined;
  /** The paths of the private key and of the certificate. */
  readonly tls: { readonly key: string; readonly cert: string };
}

/** Where a server listens, as plain data. */
export interface ServingAt {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Where clients reach it, `HOST:PORT`, if it was ever given. */
  readonly publicAddress?: string | undefined;
}

/** How one process serves. */
export interface ServeHooks {
  /** Reads and checks the key and certificate. */
  readonly readIdentity: (paths: ServeOptions['tls']) => Promise<Identity>;
  readonly onEvent: (event: ServerEvent) => void;
  readonly meter: Meter;
}

/** A server that listens. */
export interface Serving {
  readonly at: ServingAt;
  /** Resolves with the error when the store is permanently lost. */
  readonly lost: Promise<unknown>;
  /** The state of the store; `undefined` for a fleet, whose first process can follow the store itself. */
  readonly condition?: Condition | undefined;
  /**
   * Reads the certificate again and uses the settings that can change (`ChangeableOptions`). After an error of the files
   * nothing has changed.
   *
   * @throws {ChannelError} bad_certificate
   * @throws what `readIdentity` throws
   */
  reload(options: ServeOptions): Promise<void>;
  /** Waits for commits in flight. The store stays open. */
  close(): Promise<void>;
}

/**
 * Starts a server on an opened store.
 *
 * @throws {ChannelError} address_in_use, listen_failed, bad_certificate
 */
export async function serve(
  store: Store,
  { publicAddress, tls, ...options }: ServeOptions,
  { readIdentity, meter, ...hooks }: ServeHooks,
): Promise<Serving> {
  makeRoomForYoungObjects();
  const onEvent = (event: ServerEvent) => {
    meter.count(countsOf(event));
    hooks.onEvent(event);
  };
  const onMeasure = meter.observe.bind(meter);
  const onFailure = (error: unknown): undefined => {
    onEvent({ kind: 'failure', error });
  };
  let server: Awaited<ReturnType<typeof startAuthServer>> | undefined;
  const follow = (paths: ServeOptions['tls']) =>
    followFiles({
      paths: [paths.cert, paths.key],
      read: () => readIdentity(paths),
      onChange: (identity) => server?.setIdentity(identity),
      onFailure,
    });
  let files = await follow(tls);
  try {
    server = await startAuthServer({ ...options, ...files.contents, store, onEvent, onMeasure });
  } catch (error) {
    files.stop();
    throw error;
  }
  const { host, port, pin, lost } = server;
  const stopWatching = watchEventLoop((seconds) => meter.observe('loop', seconds));
  await keepIssuerUrl(store, options.issuerUrl).catch(onFailure);
  if (publicAddress !== undefined) await keepAddress(store, publicAddress).catch(onFailure);
  return {
    at: { host, port, pin, publicAddress: await keptAddress(store).catch(onFailure) },
    lost,
    get condition() {
      return server?.condition;
    },
    async reload(next) {
      const again = await follow(next.tls);
      try {
        server.setIdentity(again.contents);
      } catch (error) {
        again.stop();
        throw error;
      }
      // The paths can be others now, and a change of the files before must not bring back their key.
      files.stop();
      files = again;
      await server.change(next);
    },
    async close() {
      files.stop();
      stopWatching();
      await server.close();
    },
  };
}
