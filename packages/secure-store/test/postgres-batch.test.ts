import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import type { Backend, Batch } from '../src/backend.ts';
import { memoryBackend } from '../src/memory.ts';
import { bytes } from './backend-contract.ts';
import { type PostgresPlace, postgresPlace } from './postgres-place.ts';

const key = fc.constantFrom('a', 'b', 'c').map(bytes);
const value = fc.constantFrom('', 'x', 'xy', 'z').map(bytes);
const batches = fc.array(
  fc.record<Batch>({
    checks: fc.array(fc.record({ key, starts: fc.option(value, { nil: undefined }) }), { maxLength: 4 }),
    writes: fc.uniqueArray(fc.record({ key, value: fc.option(value, { nil: undefined }) }), {
      maxLength: 3,
      selector: (put) => String(put.key),
    }),
    durable: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

async function contents(backend: Backend): Promise<[number[], number[]][]> {
  const rows: [number[], number[]][] = [];
  for await (const row of backend.scan({ prefix: bytes('') })) rows.push([[...row.key], [...row.value]]);
  return rows;
}

withCounterpart('postgresql', 'batches on PostgreSQL', () => {
  let place: PostgresPlace;
  let backend: Backend;
  beforeEach(async () => {
    place = await postgresPlace();
    backend = place.open();
  });
  afterEach(async () => {
    await backend.close();
    await place.dispose();
  });

  it('have the same outcome as in memory, whatever they check and write', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sequence) => {
        const model = memoryBackend();
        await backend.commit({
          checks: [],
          writes: ['a', 'b', 'c'].map((name) => ({ key: bytes(name), value: undefined })),
          durable: false,
        });
        for (const batch of sequence) expect(await backend.commit(batch)).toEqual(await model.commit(batch));
        expect(await contents(backend)).toEqual(await contents(model));
      }),
      { numRuns: 60 },
    );
  });

  it('cannot both succeed when each checks what the other writes', async () => {
    for (let round = 0; round < 30; round += 1) {
      const [x, y] = [bytes(`x${round}`), bytes(`y${round}`)];
      const crossed = (checked: Uint8Array, written: Uint8Array): Batch => ({
        checks: [{ key: checked, starts: undefined }],
        writes: [{ key: written, value: bytes('1') }],
        durable: false,
      });
      const outcomes = await Promise.all([backend.commit(crossed(x, y)), backend.commit(crossed(y, x))]);
      expect(outcomes.filter(({ committed }) => committed)).toHaveLength(1);
    }
  });

  describe('that only read a record', () => {
    const ring = { key: bytes('ring'), value: bytes('v1|') };
    const looking = (key: string): Batch => ({
      checks: [{ key: ring.key, starts: bytes('v1') }],
      writes: [{ key: bytes(key), value: bytes('1') }],
      durable: true,
    });
    const changing: Batch = { checks: [], writes: [{ ...ring, value: bytes('v2|') }], durable: true };
    /** Another transaction that reads it, until it commits. */
    const look = async () => {
      const stranger = await place.connect();
      await stranger.query('BEGIN');
      await stranger.query("SELECT 1 FROM countersign_rows WHERE key = 'ring' FOR SHARE");
      return stranger;
    };
    beforeEach(async () => {
      await backend.commit({ checks: [], writes: [ring], durable: true });
    });

    it('do not wait for each other, and the record cannot change meanwhile', async () => {
      const stranger = await look();
      expect(await backend.commit(looking('a'))).toEqual({ committed: true });
      const change = backend.commit(changing);
      await place.untilSomebodyWaits();
      await stranger.query('COMMIT');
      await stranger.end();
      expect(await change).toEqual({ committed: true });
    });

    it('yield to a batch that has been waiting to change it', async () => {
      let gaveWay = () => {};
      const giving = new Promise<void>((resolve) => {
        gaveWay = resolve;
      });
      const clock = {
        now: () => performance.now(),
        sleep: async (pause: number) => {
          gaveWay();
          await sleep(pause);
        },
      };
      const other = place.open({ clock });
      const stranger = await look();
      const change = backend.commit(changing);
      await place.untilFound("SELECT 1 FROM countersign_turns WHERE key = 'ring'");
      // If it were let in among the readers, it would finish before them.
      const later = other.commit(looking('a'));
      await Promise.race([giving, later]);
      await stranger.query('COMMIT');
      await stranger.end();
      expect(await change).toEqual({ committed: true });
      expect(await later).toEqual({ committed: false, failed: 0 });
      await other.close();
      await backend.close();
      expect(await place.ask('SELECT key FROM countersign_turns')).toEqual([]);
    });

    it('stop waiting for one that is gone', async () => {
      await place.ask(
        "INSERT INTO countersign_turns VALUES ('ring', current_timestamp + INTERVAL '200 milliseconds')",
      );
      expect(await backend.commit(looking('a'))).toEqual({ committed: true });
    });
  });

  it('are refused at once when they are invalid', async () => {
    await expect(backend.commit({} as never)).rejects.toThrow(TypeError);
    await expect(
      backend
        .scan({} as never)
        [Symbol.asyncIterator]()
        .next(),
    ).rejects.toThrow(TypeError);
  });

  it('are refused when the number of connections is invalid', () => {
    for (const poolSize of [0, -1, 1.5, Number.NaN])
      expect(() => place.open({ poolSize })).toThrow('"poolSize" expected a whole number from 1');
  });
});
