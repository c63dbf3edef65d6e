import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import type { Backend, Batch } from '../src/backend.ts';
import { type PostgresOptions, postgresBackend } from '../src/postgres/backend.ts';
import { bytes } from './backend-contract.ts';
import { coded } from './fixtures.ts';
import { survivesCuts } from './postgres-cuts.ts';
import { type PostgresPlace, postgresPlace, SERVER_URL } from './postgres-place.ts';
import { isCommit, isLookUp, type Link, once, type Wire, wireTo } from './postgres-wire.ts';

const put = (key: string, value = key): Batch['writes'][number] => ({ key: bytes(key), value: bytes(value) });
/** If it were applied twice, the second time would fail. */
const insert = (key: string, durable = true): Batch => ({
  checks: [{ key: bytes(key), starts: undefined }],
  writes: [put(key)],
  durable,
});

/** A clock that jumps, and records how far. */
function jumpingClock() {
  let time = 0;
  const pauses: number[] = [];
  const sleep = async (pause: number) => {
    pauses.push(pause);
    time += pause;
  };
  return { clock: { now: () => time, sleep }, pauses };
}

withCounterpart('postgresql', 'a commit to PostgreSQL', () => {
  let place: PostgresPlace;
  let wire: Wire;
  let backends: Backend[];
  const open = (options: Partial<PostgresOptions> = {}) => {
    const backend = postgresBackend({ url: wire.through(place.url), ...options });
    backends.push(backend);
    return backend;
  };
  /**
   * A back end that has checked its tables, so that a trigger planted afterwards can simulate a failing
   * server.
   */
  const opened = async (options: Partial<PostgresOptions> = {}) => {
    const backend = open(options);
    await backend.commit({ checks: [], writes: [put('first')], durable: true });
    return backend;
  };
  const keys = async () =>
    (await place.ask('SELECT key FROM countersign_rows ORDER BY key')).map(([key]) => String(key));
  beforeEach(async () => {
    backends = [];
    place = await postgresPlace();
    wire = await wireTo(SERVER_URL);
    await open().commit(insert('first'));
  });
  afterEach(async () => {
    for (const backend of backends) await backend.close();
    await wire.close();
    await place.dispose();
  });

  describe('whose answer is lost', () => {
    it('is found to have happened', async () => {
      wire.meddle = once(isCommit, (request, { client, server }) => {
        server.removeAllListeners('data');
        server.once('data', () => client.destroy());
        server.write(request);
        return 'kept';
      });
      expect(await open().commit(insert('a'))).toEqual({ committed: true });
      expect(await keys()).toEqual(['a', 'first']);
    });

    it('is retried when COMMIT never arrived', async () => {
      let looked = 0;
      const cut = once(isCommit, (_, { client, server }) => {
        client.destroy();
        server.destroy();
        return 'kept';
      });
      wire.meddle = (request, link) => {
        if (isLookUp(request)) looked += 1;
        return cut(request, link);
      };
      expect(await open().commit(insert('a'))).toEqual({ committed: true });
      expect(looked).toBe(1);
      expect(await keys()).toEqual(['a', 'first']);
    });

    for (const [what, resume] of [
      ['happens', (held: Buffer, server: Link['server']) => server.write(held)],
      ['does not happen', (_: Buffer, server: Link['server']) => server.end()],
    ] as const)
      it(`waits as long as the transaction runs, which then ${what}`, async () => {
        let held: { request: Buffer; server: Link['server'] } | undefined;
        let commits = 0;
        wire.meddle = (request, { client, server }) => {
          if (isCommit(request)) commits += 1;
          if (isCommit(request) && held === undefined) {
            held = { request, server };
            client.removeAllListeners('end');
            client.destroy();
            return 'kept';
          }
          if (isLookUp(request) && held !== undefined) resume(held.request, held.server);
          return 'pass';
        };
        expect(await open().commit(insert('a'))).toEqual({ committed: true });
        expect(commits).toBe(what === 'happens' ? 1 : 2);
        expect(await keys()).toEqual(['a', 'first']);
      });

    it('is in doubt when the server stays away, and says so', async () => {
      const { clock, pauses } = jumpingClock();
      const backend = open({ clock, random: () => 0.5 });
      wire.meddle = once(isCommit, (request, { client, server }) => {
        wire.refusing = true;
        server.removeAllListeners('data');
        server.once('data', () => client.destroy());
        server.write(request);
        return 'kept';
      });
      const failure = await backend.commit(insert('a')).catch((error: unknown) => error);
      expect(failure).toEqual(coded('backend_gone'));
      expect(failure).toHaveProperty('settled', false);
      expect(pauses.length).toBeGreaterThan(5);
      expect(pauses.slice(0, 7)).toEqual([25, 50, 100, 200, 400, 800, 1000]);
      expect(await keys()).toEqual(['a', 'first']);
      wire.refusing = false;
      expect(await backend.commit(insert('b'))).toEqual({ committed: true });
    });

    it('is not in doubt when nothing was sent', async () => {
      wire.refusing = true;
      const failure = await open(jumpingClock())
        .commit(insert('a'))
        .catch((error: unknown) => error);
      expect(failure).toEqual(coded('backend_gone'));
      expect(failure).toHaveProperty('settled', true);
    });
  });

  it('survives a connection cut after any eighth of the bytes', () => survivesCuts(8));

  it('is abandoned when no answer arrives, and retried on another connection', async () => {
    wire.meddle = once(
      (request) => request.includes('countersign_insert'),
      () => 'kept',
    );
    expect(await open({ answerTimeout: 100 }).commit(insert('a'))).toEqual({ committed: true });
  });

  it('is durable although the server is set to asynchronous commits, and asynchronous on request', async () => {
    const url = new URL(wire.through(place.url));
    url.searchParams.set('options', `${url.searchParams.get('options')} -c synchronous_commit=off`);
    const backend = await opened({ url: url.href.replaceAll('+', '%20') });
    await place.ask('CREATE TABLE modes (mode text)');
    await place.ask(`CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO ${place.schema}.modes VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$`);
    await place.ask(
      'CREATE TRIGGER note AFTER INSERT ON countersign_rows FOR EACH ROW EXECUTE FUNCTION note()',
    );
    await backend.commit(insert('durable'));
    await backend.commit(insert('lazy', false));
    await backend.commit(insert('durable again'));
    expect(await place.ask('SELECT mode FROM modes')).toEqual([['on'], ['off'], ['on']]);
  });

  it('is durable on engines without that setting', async () => {
    let asked = 0;
    wire.meddle = (request, { server }) => {
      const at = request.indexOf("('synchronous_commit'");
      if (at < 0) return 'pass';
      asked += 1;
      const bent = Buffer.from(request);
      bent.write("('unheard_of_setting'", at);
      server.write(bent);
      return 'kept';
    };
    const backend = open();
    expect(await backend.commit(insert('a', false))).toEqual({ committed: true });
    expect(await backend.commit(insert('b', false))).toEqual({ committed: true });
    expect(asked).toBe(1);
    expect(await keys()).toEqual(['a', 'b', 'first']);
  });

  describe('that the server rolls back', () => {
    /** The first `times` transactions fail with this SQLSTATE. */
    const fail = async (state: string, times: number, when: 'AFTER INSERT' | 'at COMMIT') => {
      await place.ask('CREATE SEQUENCE failures');
      await place.ask(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('${place.schema}.failures') <= ${times} THEN RAISE EXCEPTION 'planted' USING ERRCODE = '${state}'; END IF;
          RETURN NEW;
        END $$`);
      const kind = when === 'at COMMIT' ? 'CONSTRAINT TRIGGER' : 'TRIGGER';
      const deferred = when === 'at COMMIT' ? 'DEFERRABLE INITIALLY DEFERRED' : '';
      await place.ask(
        `CREATE ${kind} fail AFTER INSERT ON countersign_rows ${deferred} FOR EACH ROW EXECUTE FUNCTION fail()`,
      );
    };

    for (const state of ['40001', '40P01'])
      for (const when of ['AFTER INSERT', 'at COMMIT'] as const)
        it(`is retried with growing pauses (${state} ${when})`, async () => {
          const { clock, pauses } = jumpingClock();
          const backend = await opened({ clock, random: () => 0.5 });
          await fail(state, 3, when);
          expect(await backend.commit(insert('a'))).toEqual({ committed: true });
          expect(pauses).toEqual([2.5, 5, 10]);
          expect(await keys()).toEqual(['a', 'first']);
        });

    it('is abandoned after a while, with nothing changed', async () => {
      const { clock } = jumpingClock();
      const backend = await opened({ clock });
      await fail('40001', 1_000_000, 'AFTER INSERT');
      const failure = await backend.commit(insert('a')).catch((error: unknown) => error);
      expect(failure).toEqual(coded('backend_gone'));
      expect(failure).toHaveProperty('settled', true);
      expect(await keys()).toEqual(['first']);
    });

    for (const [state, code] of [
      ['53100', 'full'],
      ['25006', 'read_only'],
      ['XX001', 'damaged'],
      ['P0001', 'backend_gone'],
    ])
      for (const when of ['AFTER INSERT', 'at COMMIT'] as const)
        it(`fails with a code and is not retried (${state} ${when})`, async () => {
          const backend = await opened();
          await fail(state ?? '', 1, when);
          const failure = await backend.commit(insert('a')).catch((error: unknown) => error);
          expect(failure).toMatchObject({ name: 'StoreError', code, settled: true });
          expect(await keys()).toEqual(['first']);
          expect(await backend.commit(insert('a'))).toEqual({ committed: true });
        });

    it('survives a real deadlock', async () => {
      // Our own batches take their locks in one order; this transaction takes them in the other.
      const stranger = await place.connect();
      await stranger.query("SET deadlock_timeout = '1min'");
      await stranger.query('BEGIN');
      await stranger.query("INSERT INTO countersign_rows VALUES ('y', '')");
      const { clock, pauses } = jumpingClock();
      const backend = open({ clock });
      const commit = backend.commit({ checks: [], writes: [put('y'), put('x')], durable: true });
      await place.untilSomebodyWaits();
      await stranger.query("INSERT INTO countersign_rows VALUES ('x', '')");
      await stranger.query('COMMIT');
      await stranger.end();
      expect(await commit).toEqual({ committed: true });
      expect(new TextDecoder().decode(await backend.read(bytes('x')))).toBe('x');
      expect(pauses.length).toBeGreaterThan(0);
    });
  });

  it('leaves nothing behind from looking up lost answers', async () => {
    const backend = open();
    await Promise.all(Array.from({ length: 40 }, (_, i) => backend.commit(insert(`k${i}`))));
    const writers = async () => Number((await place.ask('SELECT count(*) FROM countersign_writers'))[0]?.[0]);
    expect(await writers()).toBeLessThanOrEqual(9);
    for (const each of backends) await each.close();
    expect(await writers()).toBe(0);
  });

  it('cleans up after processes that ended without closing', async () => {
    for (const [writer, age] of ['2 hours', '2 days'].entries())
      await place.ask(
        `INSERT INTO countersign_writers VALUES ('\\x0${writer}', 1, current_timestamp - INTERVAL '${age}')`,
      );
    for (const [key, age] of ['1 minute', '-1 minute'].entries())
      await place.ask(
        `INSERT INTO countersign_turns VALUES ('\\x0${key}', current_timestamp - INTERVAL '${age}')`,
      );
    const backend = open();
    await backend.commit(insert('a'));
    await backend.close();
    const firstBytes = async (query: string) =>
      (await place.ask(query)).map(([bytes]) => (bytes as Buffer)[0]);
    expect(await firstBytes('SELECT writer FROM countersign_writers WHERE length(writer) = 1')).toEqual([0]);
    expect(await firstBytes('SELECT key FROM countersign_turns')).toEqual([1]);
  });
});
