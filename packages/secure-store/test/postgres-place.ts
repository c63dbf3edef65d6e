/** A PostgreSQL server for the tests, and a separate schema for each of them. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { POSTGRES_URL } from '../../../scripts/counterparts.mjs';
import { type PostgresOptions, postgresBackend } from '../src/postgres/backend.ts';
import type { Place } from './backend-contract.ts';

export const SERVER_URL = POSTGRES_URL;

export interface PostgresPlace extends Place {
  readonly url: string;
  readonly schema: string;
  open(options?: Partial<PostgresOptions>): ReturnType<typeof postgresBackend>;
  /** Runs one statement as the server's administrator, in the schema of this place. */
  ask(text: string, values?: readonly unknown[]): Promise<unknown[][]>;
  /** Opens a connection of the administrator, in the schema of this place. */
  connect(): Promise<Client>;
  /** Waits until a transaction waits for a lock on a table of this place. */
  untilSomebodyWaits(): Promise<void>;
  /** Waits until the query returns a row. */
  untilFound(query: string): Promise<void>;
}

/** @param by maps the server's URL to the one that back ends use, for example through a pooler */
export async function postgresPlace(
  server = SERVER_URL,
  by: (url: string) => string = (url) => url,
): Promise<PostgresPlace> {
  const schema = `countersign_test_${randomBytes(8).toString('hex')}`;
  const url = inSchema(server, schema);
  const ask = (text: string, values: readonly unknown[] = []) => askServer(url, text, values);
  const untilFound = async (query: string) => {
    while ((await ask(query)).length === 0);
  };
  await ask(`CREATE SCHEMA ${schema}`);
  return {
    url: by(url),
    schema,
    ask,
    connect: () => connectTo(url),
    untilFound,
    // A transaction that waits for a row holds a lock on its table and waits for the other transaction.
    untilSomebodyWaits: () =>
      untilFound(`SELECT 1 FROM pg_locks AS table_lock JOIN pg_locks AS wait USING (pid)
        WHERE table_lock.relation = 'countersign_rows'::regclass AND NOT wait.granted`),
    open: (options) => postgresBackend({ url: by(url), ...options }),
    dispose: async () => {
      await ask(`DROP SCHEMA ${schema} CASCADE`);
    },
  };
}

export function inSchema(server: string, schema: string): string {
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${schema}`);
  // URLSearchParams writes a space as "+", which libpq does not decode.
  return url.href.replaceAll('+', '%20');
}

export async function askServer(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<unknown[][]> {
  const client = await connectTo(url);
  try {
    const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
}

async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}
