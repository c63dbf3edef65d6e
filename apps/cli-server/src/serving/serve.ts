/** One process that serves: what it must be told, and the listener on an opened store. */
import { unwatchFile, watchFile } from 'node:fs';
import { type Limits, type ServerEvent, startAuthServer } from '@countersign/auth-server';
import type { Store } from '@countersign/secure-store';
import type { StorePlace } from '../settings.ts';
import { readTlsFiles, type TlsFiles } from '../tls-files.ts';

/** Plain data, so that it can be told to another process. No secret is in it. */
export interface ServeOptions {
  readonly store: StorePlace;
  readonly host: string;
  readonly port: number;
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

export interface Serving {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Resolves with the reason when the store is lost for good. */
  readonly lost: Promise<unknown>;
  /** Lets commits in flight finish. The store stays open; who opened it closes it afterwards. */
  close(): Promise<void>;
}

const LOOKING_MILLISECONDS = 2000;

export async function serve(
  store: Store,
  { host, port, registration, issuer, limits, tls, auditDays }: ServeOptions,
  onEvent: (event: ServerEvent) => void,
): Promise<Serving> {
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
  const takeUp = () => {
    readTlsFiles(tls)
      .then((identity) => server.setIdentity(identity))
      .catch((error: unknown) => onEvent({ kind: 'failure', error }));
  };
  const files = [tls.cert, tls.key];
  for (const file of files) watchFile(file, { interval: LOOKING_MILLISECONDS, persistent: false }, takeUp);
  return {
    host: server.host,
    port: server.port,
    pin: server.pin,
    lost: server.lost,
    async close() {
      for (const file of files) unwatchFile(file, takeUp);
      await server.close();
    },
  };
}
