/** Stores on a real PostgreSQL server, each in a separate schema. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export const SERVER = process.env.COUNTERSIGN_TEST_POSTGRES_URL || 'postgres://postgres@127.0.0.1:5432/test';

/** A store in a separate schema. */
export interface Place {
  readonly url: string;
  drop(): Promise<void>;
}

export async function newPlace(): Promise<Place> {
  const schema = `countersign_bench_${randomBytes(8).toString('hex')}`;
  const admin = new Client({ connectionString: SERVER });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const url = new URL(SERVER);
  url.searchParams.set('options', `-csearch_path=${schema}`);
  return {
    url: url.href,
    async drop() {
      await admin.query(`DROP SCHEMA ${schema} CASCADE`);
      await admin.end();
    },
  };
}

export async function isReachable(): Promise<boolean> {
  const client = new Client({ connectionString: SERVER, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
