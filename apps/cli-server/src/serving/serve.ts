/** One process that serves: what it must be told, and the listener on an opened store. */
import { type Limits, type ServerEvent, startAuthServer } from '@countersign/auth-server';
import { keepAddress, keptAddress } from '@countersign/auth-server/accounts';
import type { Store } from '@countersign/secure-store';
import { readTlsFiles, type TlsFiles } from '../tls-files.ts';
import { stateOf, watchTlsFiles } from './tls-watch.ts';

/** Plain data, so that it can be told to another process. No secret is in it. */
export interface ServeOptions {
  /** The text of the place where the store is. */
  readonly store: string;
  readonly host: string;
  readonly port: number;
  /** Where clients reach it, `HOST:PORT`; kept in the store. */
  readonly publicAddress?: string | undefined;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly issuer: string | undefined;
  readonly limits: Limits | undefined;
  /** Read again when they change. */
  readonly tls: TlsFiles;
  /** How long audit events are kept, if not as long as by default. */
  readonly auditDays: number | undefined;
  /** Log lines for programs, even on a terminal. */
  readonly json: boolean;
}

/** Where a server is, as plain data. */
export interface ServingAt {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Where clients reach it, `HOST:PORT`, if that was ever said. */
  readonly publicAddress?: string | undefined;
}

export interface Serving {
  readonly at: ServingAt;
  /** Resolves with the reason when the store is lost for good. */
  readonly lost: Promise<unknown>;
  /** Lets commits in flight finish. The store stays open; who opened it closes it afterwards. */
  close(): Promise<void>;
}

export async function serve(
  store: Store,
  { host, port, publicAddress, registration, issuer, limits, tls, auditDays }: ServeOptions,
  onEvent: (event: ServerEvent) => void,
): Promise<Serving> {
  const before = await stateOf(tls);
  const server = await startAuthServer({
    ...(await readTlsFiles(tls)),
    store,
    host,
    port,
    registration,
    onEvent,
    ...(issuer === undefined ? {} : { issuer }),
    ...(limits === undefined ? {} : { limits }),
    ...(auditDays === undefined ? {} : { auditDays }),
  });
  const onFailure = (error: unknown): undefined => {
    onEvent({ kind: 'failure', error });
  };
  if (publicAddress !== undefined) await keepAddress(store, publicAddress).catch(onFailure);
  const unwatch = watchTlsFiles(tls, {
    before,
    takeUp: async () => server.setIdentity(await readTlsFiles(tls)),
    onFailure,
  });
  return {
    at: {
      host: server.host,
      port: server.port,
      pin: server.pin,
      publicAddress: await keptAddress(store).catch(onFailure),
    },
    lost: server.lost,
    async close() {
      unwatch();
      await server.close();
    },
  };
}
