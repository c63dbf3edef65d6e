/**
 * The whole back-end contract through PgBouncer in transaction mode, and what other clients of the pooler
 * could do.
 */
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { bytes } from './backend-contract.ts';
import { describeBackEnd, describeSealing } from './contract.ts';
import { type Bouncer, startPgbouncer } from './pgbouncer.ts';
import { audit, load } from './postgres-load.ts';
import { type PostgresPlace, postgresPlace, SERVER_URL } from './postgres-place.ts';

withCounterpart(['postgresql', 'pgbouncer', 'coreutils'], 'through PgBouncer in transaction mode', () => {
  let bouncer: Bouncer;
  beforeAll(async () => {
    bouncer = await startPgbouncer(SERVER_URL);
  });
  afterAll(() => bouncer.stop());

  const place = () => postgresPlace(SERVER_URL, bouncer.through);
  describeBackEnd('postgres', place);
  describeSealing('postgres', place);

  const placeOfThisTest = async (): Promise<PostgresPlace> => {
    const made = await place();
    onTestFinished(() => made.dispose());
    return made;
  };
  /** Runs statements in every session of the pool, as another program with the same role could. */
  const inEverySession = async (...statements: string[]) => {
    const clients = Array.from({ length: 5 }, () => new Client(bouncer.through(SERVER_URL)));
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => client.query('BEGIN')));
    for (const statement of statements)
      for (const client of clients) await client.query(statement).catch(() => {});
    await Promise.all(clients.map((client) => client.query('COMMIT')));
    await Promise.all(clients.map((client) => client.end()));
  };

  it('says what a pooler may reject in the address', async () => {
    const { url, open } = await placeOfThisTest();
    const backend = open({ url: `${url}%20-c%20work_mem%3D4MB`, patience: 0 });
    await expect(backend.read(bytes('a'))).rejects.toThrow(/a setting in options/);
    await backend.close();
  });

  it('leaves no statement and no setting in the sessions of the pool', async () => {
    const backend = (await placeOfThisTest()).open();
    await load(backend, 24, ({ acknowledged }) => acknowledged.length >= 100);
    await backend.close();
    const client = new Client(bouncer.through(SERVER_URL));
    await client.connect();
    const left = await client.query(
      `SELECT name FROM pg_prepared_statements
        UNION ALL SELECT name FROM pg_settings WHERE source = 'session' AND name <> 'application_name'`,
    );
    await client.end();
    expect(left.rows).toEqual([]);
  });

  it('finds its tables although another client of the pool has set the search path or created tables of its own', async () => {
    const backend = (await placeOfThisTest()).open();
    await backend.commit({ checks: [], writes: [{ key: bytes('a'), value: bytes('1') }], durable: true });
    await inEverySession(
      'SET search_path = pg_catalog',
      'CREATE TEMPORARY TABLE countersign_rows (key bytea, value bytea)',
      "SET synchronous_commit = 'off'",
    );
    expect(await backend.read(bytes('a'))).toEqual(bytes('1'));
    await backend.commit({ checks: [], writes: [{ key: bytes('a'), value: bytes('2') }], durable: true });
    expect(await backend.read(bytes('a'))).toEqual(bytes('2'));
    await inEverySession('DISCARD ALL', 'DROP TABLE IF EXISTS pg_temp.countersign_rows', 'RESET ALL');
    await backend.close();
  });

  it.each(['', '&prepared=named'])(
    'loses and duplicates nothing while 24 writers share five sessions (%s)',
    async (parameter) => {
      const { url, open } = await placeOfThisTest();
      const backend = open({ url: `${url}${parameter}` });
      const books = await load(backend, 24, ({ acknowledged }) => acknowledged.length >= 500);
      await audit(backend, books);
      expect(books.refused).toEqual([]);
      await backend.close();
    },
  );
});
