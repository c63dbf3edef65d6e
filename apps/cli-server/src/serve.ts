/** One process that serves: what it must be told, and the listener on an opened store. */
import { type AuthServer, type Limits, type ServerEvent, startAuthServer } from '@countersign/auth-server';
import type { Store } from '@countersign/secure-store';
import type { StorePlace } from './settings.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';

/** Plain data, so that it can be told to another process. No secret is in it. */
export interface ServeOptions {
  readonly store: StorePlace;
  readonly host: string;
  readonly port: number;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly issuer: string | undefined;
  readonly limits: Limits | undefined;
  readonly tls: TlsFiles;
  /** Log lines for programs, even on a terminal. */
  readonly json: boolean;
}

/** Listens until it is closed. The store stays open; who opened it closes it afterwards. */
export async function serve(
  store: Store,
  { host, port, registration, issuer, limits, tls }: ServeOptions,
  onEvent: (event: ServerEvent) => void,
): Promise<AuthServer> {
  return startAuthServer({
    ...(await readTlsFiles(tls)),
    store,
    host,
    port,
    registration,
    onEvent,
    ...(issuer === undefined ? {} : { issuer }),
    ...(limits === undefined ? {} : { limits }),
  });
}
