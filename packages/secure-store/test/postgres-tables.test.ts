import { afterEach, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import type { Backend, Batch } from '../src/backend.ts';
import { type PostgresOptions, postgresBackend } from '../src/postgres/backend.ts';
import { bytes } from './backend-contract.ts';
import { coded } from './fixtures.ts';
import { inSchema, type PostgresPlace, postgresPlace, SERVER_URL } from './postgres-place.ts';

const INSERT: Batch = { checks: [], writes: [{ key: bytes('a'), value: bytes('1') }], durable: true };

async function scanned(backend: Backend): Promise<number> {
  let rows = 0;
  for await (const _ of backend.scan({ prefix: bytes('') })) rows += 1;
  return rows;
}

withCounterpart('postgresql', 'the tables of a store in PostgreSQL', () => {
  let place: PostgresPlace;
  let backends: Backend[];
  const open = (options: Partial<PostgresOptions> = {}) => {
    const backend = postgresBackend({ url: place.url, patience: 2_000, ...options });
    backends.push(backend);
    return backend;
  };
  /** Expects every operation of a back end to fail with this code. */
  const expectAll = async (code: Parameters<typeof coded>[0], backend = open()) => {
    await expect(backend.read(bytes('a'))).rejects.toEqual(coded(code));
    await expect(scanned(backend)).rejects.toEqual(coded(code));
    await expect(backend.commit(INSERT)).rejects.toEqual(coded(code));
  };
  const tables = async () =>
    (
      await place.ask(
        `SELECT table_name FROM information_schema.tables WHERE table_schema = '${place.schema}'`,
      )
    ).flat();
  beforeEach(async () => {
    backends = [];
    place = await postgresPlace();
  });
  afterEach(async () => {
    for (const backend of backends) await backend.close();
    await place.dispose();
  });

  it('are not created by reading', async () => {
    const backend = open();
    expect(await backend.read(bytes('a'))).toBeUndefined();
    expect(await scanned(backend)).toBe(0);
    expect(await tables()).toEqual([]);
    await open().commit(INSERT);
    expect(await backend.read(bytes('a'))).toEqual(bytes('1'));
    expect(await tables()).toHaveLength(4);
  });

  it('are created once by eight processes that start together', async () => {
    for (let round = 0; round < 5; round += 1) {
      const starters = Array.from({ length: 8 }, () => open({ poolSize: 1 }));
      await Promise.all(starters.map((backend) => backend.read(bytes('a'))));
      const checks = [{ key: bytes('a'), starts: undefined }];
      const outcomes = await Promise.all(starters.map((backend) => backend.commit({ ...INSERT, checks })));
      expect(outcomes.filter(({ committed }) => committed)).toHaveLength(1);
      for (const backend of starters) await backend.close();
      for (const table of await tables()) await place.ask(`DROP TABLE ${String(table)}`);
    }
  });

  it('are completed when their creation was interrupted', async () => {
    await place.ask('CREATE TABLE countersign_rows (key bytea NOT NULL PRIMARY KEY, value bytea NOT NULL)');
    expect(await open().read(bytes('a'))).toBeUndefined();
    await open().commit(INSERT);
    expect(await tables()).toHaveLength(4);
  });

  it('are not mixed with the tables of another program', async () => {
    await place.ask('CREATE TABLE customers (id integer)');
    await expectAll('not_a_store');
    expect(await tables()).toEqual(['customers']);
  });

  it('are refused when they have other columns', async () => {
    await place.ask('CREATE TABLE countersign_rows (id integer)');
    await expect(open().commit(INSERT)).rejects.toEqual(coded('not_a_store'));
    await place.ask('DROP TABLE countersign_format');
    await place.ask('CREATE TABLE countersign_format (id integer, edition text)');
    await expectAll('not_a_store');
  });

  it('are refused when a later version created them', async () => {
    await open().commit(INSERT);
    await place.ask('UPDATE countersign_format SET version = 2');
    await expectAll('newer_format');
    await place.ask('UPDATE countersign_format SET version = 0');
    await expectAll('not_a_store');
  });

  it('are refused when another role prepared them with a trigger, which does not run', async () => {
    const role = `${place.schema}_other`;
    await place.ask(`CREATE ROLE ${role}`);
    try {
      await place.ask(`GRANT ALL ON SCHEMA ${place.schema} TO ${role}`);
      await place.ask(`CREATE TABLE fired (id integer)`);
      await place.ask(
        `CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO ${place.schema}.fired VALUES (1); RETURN NEW; END $$`,
      );
      await place.ask('CREATE TABLE countersign_rows (key bytea NOT NULL PRIMARY KEY, value bytea NOT NULL)');
      await place.ask(`CREATE TRIGGER planted BEFORE INSERT ON countersign_rows
        FOR EACH ROW EXECUTE FUNCTION fire()`);
      await place.ask(`ALTER TABLE countersign_rows OWNER TO ${role}`);
      await expectAll('not_a_store');
      await expect(open().commit(INSERT)).rejects.toThrow(/belongs to another database role/);
      expect(await place.ask('SELECT * FROM fired')).toEqual([]);
    } finally {
      await place.ask(`DROP OWNED BY ${role} CASCADE`);
      await place.ask(`DROP ROLE ${role}`);
    }
  });

  it.each([
    [
      'a trigger',
      `CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE TRIGGER planted BEFORE UPDATE ON countersign_rows FOR EACH ROW EXECUTE FUNCTION fire()`,
    ],
    ['a rule', 'CREATE RULE planted AS ON DELETE TO countersign_writers DO INSTEAD NOTHING'],
    ['row security', 'ALTER TABLE countersign_turns ENABLE ROW LEVEL SECURITY'],
    [
      'a view instead of a table',
      `ALTER TABLE countersign_format RENAME TO hidden;
       CREATE VIEW countersign_format AS SELECT * FROM hidden`,
    ],
  ])('refuses its own tables with %s on one of them', async (_, change) => {
    await open().commit(INSERT);
    await place.ask(change);
    await expectAll('not_a_store');
    await expect(open().read(bytes('a'))).rejects.toThrow(/not a plain table/);
  });

  it('are accepted again when the rule and the trigger on them were removed', async () => {
    await open().commit(INSERT);
    await place.ask(`CREATE RULE planted AS ON DELETE TO countersign_rows DO INSTEAD NOTHING;
      CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
      CREATE TRIGGER planted BEFORE UPDATE ON countersign_rows FOR EACH ROW EXECUTE FUNCTION fire()`);
    await place.ask(`DROP RULE planted ON countersign_rows; DROP TRIGGER planted ON countersign_rows`);
    expect(await open().read(bytes('a'))).toBeDefined();
  });

  it('are reported missing when they are dropped', async () => {
    const backend = open();
    await backend.commit(INSERT);
    await place.ask('DROP TABLE countersign_rows');
    await expectAll('not_a_store', backend);
  });

  it('can be read but not written on a read-only server', async () => {
    const url = new URL(place.url);
    url.searchParams.set('options', `-c search_path=${place.schema} -c default_transaction_read_only=on`);
    const backend = open({ url: url.href.replaceAll('+', '%20') });
    await expect(backend.commit(INSERT)).rejects.toEqual(coded('read_only'));
    await open().commit(INSERT);
    expect(await backend.read(bytes('a'))).toEqual(bytes('1'));
    expect(await scanned(backend)).toBe(1);
    await expect(backend.commit(INSERT)).rejects.toEqual(coded('read_only'));
  });

  it('are refused to a role that does not own them, whatever its privileges', async () => {
    await open().commit(INSERT);
    const reader = `${place.schema}_reader`;
    await place.ask(`CREATE ROLE ${reader} LOGIN`);
    try {
      await place.ask(`GRANT USAGE ON SCHEMA ${place.schema} TO ${reader}`);
      await place.ask(`GRANT SELECT ON ALL TABLES IN SCHEMA ${place.schema} TO ${reader}`);
      const url = new URL(place.url);
      url.username = reader;
      await expectAll('not_a_store', open({ url: url.href }));
    } finally {
      await place.ask(`DROP OWNED BY ${reader}`);
      await place.ask(`DROP ROLE ${reader}`);
    }
  });

  it('are reported missing in a database or schema that does not exist', async () => {
    const url = new URL(place.url);
    url.pathname = '/there_is_no_such_database';
    await expectAll('not_a_store', open({ url: url.href }));
    const nowhere = open({ url: inSchema(SERVER_URL, 'there_is_no_such_schema') });
    await expectAll('not_a_store', nowhere);
  });

  it('are read in one snapshot however many pages it takes, even while the pool is busy', async () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => bytes(`k${String(i).padStart(4, '0')}`));
    const backend = open({ poolSize: 1 });
    await backend.commit({ ...INSERT, writes: rows.map((key) => ({ key, value: bytes('old') })) });
    for (const limit of [undefined, 256, 257, 511, 512, 999, 1_000, 2_000]) {
      const values: string[] = [];
      for await (const row of backend.scan({ prefix: bytes('k'), limit })) {
        values.push(new TextDecoder().decode(row.value));
        if (values.length % 300 === 1)
          await backend.commit({ ...INSERT, writes: rows.map((key) => ({ key, value: bytes('new') })) });
      }
      expect(values).toHaveLength(Math.min(limit ?? 1_000, 1_000));
      expect(new Set(values)).toEqual(new Set(limit === undefined ? ['old'] : ['new']));
    }
  });

  it('are closed to a scan that continues after the back end was closed', async () => {
    const backend = open();
    const keys = Array.from({ length: 600 }, (_, i) => bytes(`k${i}`));
    await backend.commit({ ...INSERT, writes: keys.map((key) => ({ key, value: key })) });
    const scan = backend.scan({ prefix: bytes('') })[Symbol.asyncIterator]();
    await scan.next();
    await backend.close();
    const rest = async () => {
      for (;;) if ((await scan.next()).done === true) return;
    };
    await expect(rest()).rejects.toEqual(coded('closed'));
    await expect(backend.read(bytes('a'))).rejects.toEqual(coded('closed'));
    await expect(backend.commit(INSERT)).rejects.toEqual(coded('closed'));
    await backend.close();
  });

  it('receive the commits in flight before they are closed', async () => {
    const backend = open({ poolSize: 2 });
    const commits = Array.from({ length: 20 }, (_, i) =>
      backend.commit({ ...INSERT, writes: [{ key: bytes(`k${i}`), value: bytes('1') }] }),
    );
    await backend.close();
    expect(await Promise.all(commits)).toHaveLength(20);
    expect(await scanned(open())).toBe(20);
  });
});
