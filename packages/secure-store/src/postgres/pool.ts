/** The driver's pool for one server. Only this file and `client.ts` load the driver. */
import { Pool } from 'pg';
import { StoreClient } from './client.ts';
import type { Dial } from './dial.ts';
import { TakesNoWrites } from './errors.ts';
import type { Environment } from './hosts.ts';
import { findPassword } from './password.ts';
import type { ServerAddress } from './url.ts';
import type { Wording } from './wording.ts';

export interface ConnectionLimits {
  readonly poolSize: number;
  /** How long to wait for a connection, new or pooled, in milliseconds. */
  readonly connectTimeout: number;
  readonly dial: Dial | undefined;
  /** How long to wait for one answer, in milliseconds. After that the connection is dropped. */
  readonly answerTimeout: number;
}

/** Returns a pool of connections, each of which is checked before its first use. */
export function poolOf(
  server: ServerAddress,
  environment: Environment,
  limits: ConnectionLimits,
  wording: Wording,
): Pool {
  const { host, port, user, database, ssl, options, applicationName, mustWrite } = server;
  // The pool passes its options to the client and awaits the promise. The driver's types do not declare
  // either.
  const reaching = {
    dial: limits.dial,
    onConnect: async (client: unknown) => {
      if (!(client instanceof StoreClient)) return;
      const { schema, takesWrites } = await client.greet();
      if (mustWrite && !takesWrites) throw new TakesNoWrites('the server is a standby');
      wording.settle(schema);
    },
  };
  const pool = new Pool({
    Client: StoreClient,
    ...reaching,
    host,
    port,
    user,
    database,
    ssl,
    options,
    application_name: applicationName,
    password: () => findPassword(server, environment),
    max: limits.poolSize,
    connectionTimeoutMillis: limits.connectTimeout,
    query_timeout: limits.answerTimeout,
    keepAlive: true,
    pipeline: true,
  });
  // A connection that breaks while idle has already left the pool. One that breaks in use fails its
  // statements.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  return pool;
}
