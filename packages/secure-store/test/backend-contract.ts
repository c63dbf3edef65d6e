/** The contract of every back end, as a suite over a factory. `backend.ts` numbers its rules. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Backend, Batch, Row } from '../src/backend.ts';

/** A place for rows: each `open` returns another handle on the same rows, as another process would have. */
export interface Place {
  open(): Backend;
  /** Deletes the place. All handles are closed before. */
  dispose(): Promise<void>;
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) =>
  value === undefined ? undefined : new TextDecoder().decode(value);

const put = (key: string, value: string) => ({ key: bytes(key), value: bytes(value) });
const gone = (key: string) => ({ key: bytes(key), value: undefined });
const absent = (key: string) => ({ key: bytes(key), starts: undefined });
const starting = (key: string, starts: string) => ({ key: bytes(key), starts: bytes(starts) });
const batch = (writes: Batch['writes'], checks: Batch['checks'] = [], durable = true): Batch => ({
  writes,
  checks,
  durable,
});

async function all(rows: AsyncIterable<Row>): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, value } of rows) found.push(`${text(key)}=${text(value)}`);
  return found;
}

export function describeBackend(name: string, makePlace: () => Promise<Place>): void {
  describe(`the ${name} back end`, () => {
    let place: Place;
    let backend: Backend;
    let opened: Backend[];
    const open = (): Backend => {
      const handle = place.open();
      opened.push(handle);
      return handle;
    };
    beforeEach(async () => {
      opened = [];
      place = await makePlace();
      backend = open();
    });
    afterEach(async () => {
      for (const handle of opened) await handle.close();
      await place.dispose();
    });

    it('is empty at first', async () => {
      expect(await backend.read(bytes('a'))).toBeUndefined();
      expect(await all(backend.scan({ prefix: bytes('') }))).toEqual([]);
    });

    it('returns exactly the stored bytes', async () => {
      const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
      const key = everyByte.slice(0, 64);
      await backend.commit(batch([{ key, value: everyByte }]));
      expect(await backend.read(key)).toEqual(everyByte);
      const high = everyByte.slice(192);
      await backend.commit(batch([{ key: high, value: new Uint8Array(0) }]));
      expect(await backend.read(high)).toEqual(new Uint8Array(0));
    });

    it('accepts values of a hundred kilobytes', async () => {
      const large = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) & 255);
      await backend.commit(batch([{ key: bytes('large'), value: large }]));
      expect(Buffer.compare((await backend.read(bytes('large'))) ?? bytes(''), large)).toBe(0);
    });

    it('retains no arguments and returns copies', async () => {
      const key = bytes('a');
      const value = bytes('one');
      await backend.commit(batch([{ key, value }]));
      key.fill(0);
      value.fill(0);
      const first = await backend.read(bytes('a'));
      expect(text(first)).toBe('one');
      first?.fill(0);
      for await (const row of backend.scan({ prefix: bytes('') })) row.value.fill(0);
      expect(text(await backend.read(bytes('a')))).toBe('one');
    });

    it('replaces and removes values, and removes absent keys', async () => {
      await backend.commit(batch([put('a', '1'), put('b', '1')]));
      await backend.commit(batch([put('a', '2'), gone('b'), gone('c')]));
      expect(await all(backend.scan({ prefix: bytes('') }))).toEqual(['a=2']);
    });

    it('checks that a key is absent', async () => {
      expect(await backend.commit(batch([put('a', '1')], [absent('a')]))).toEqual({ committed: true });
      expect(await backend.commit(batch([put('a', '2')], [absent('a')]))).toEqual({
        committed: false,
        failed: 0,
      });
      expect(text(await backend.read(bytes('a')))).toBe('1');
    });

    it('checks how a value begins', async () => {
      await backend.commit(batch([put('a', 'v1|body')]));
      expect(await backend.commit(batch([put('a', 'v2|body')], [starting('a', 'v1|')]))).toEqual({
        committed: true,
      });
      for (const start of ['v1|', 'v', 'v2|body and more', '2|']) {
        const outcome = await backend.commit(batch([put('a', 'v3|')], [starting('a', start)]));
        expect(outcome, start).toEqual(start === 'v' ? { committed: true } : { committed: false, failed: 0 });
        if (start === 'v') await backend.commit(batch([put('a', 'v2|body')]));
      }
      expect(await backend.commit(batch([], [starting('none', 'v')]))).toEqual({
        committed: false,
        failed: 0,
      });
    });

    it('accepts a batch with checks only', async () => {
      await backend.commit(batch([put('a', '1')]));
      expect(await backend.commit(batch([], [starting('a', '1'), absent('b')]))).toEqual({ committed: true });
      expect(await backend.commit(batch([], [starting('a', '2')]))).toEqual({ committed: false, failed: 0 });
    });

    it('reports the first check that failed, in the given order', async () => {
      await backend.commit(batch([put('a', '1'), put('b', '1')]));
      const outcome = await backend.commit(
        batch([put('c', '1')], [starting('b', '1'), absent('z'), absent('b'), starting('a', '9')]),
      );
      expect(outcome).toEqual({ committed: false, failed: 2 });
    });

    it('writes nothing when one of many checks fails', async () => {
      await backend.commit(batch([put('m', '1')]));
      const writes = [put('a', '1'), gone('m'), put('z', '1')];
      expect(await backend.commit(batch(writes, [absent('a'), absent('z'), absent('m')]))).toEqual({
        committed: false,
        failed: 2,
      });
      expect(await all(backend.scan({ prefix: bytes('') }))).toEqual(['m=1']);
    });

    it('evaluates checks against the state before the batch', async () => {
      expect(await backend.commit(batch([put('a', '1'), put('b', '1')], [absent('a'), absent('b')]))).toEqual(
        { committed: true },
      );
    });

    it('commits without waiting for the disk when that is enough', async () => {
      await backend.commit(batch([put('a', '1')], [], false));
      expect(text(await open().read(bytes('a')))).toBe('1');
    });

    it('shows a commit to every handle as soon as it is acknowledged', async () => {
      const other = open();
      for (let round = 0; round < 20; round += 1) {
        expect(text(await other.read(bytes('a')))).toBe(round === 0 ? undefined : String(round - 1));
        await backend.commit(batch([put('a', String(round))]));
        expect(text(await other.read(bytes('a')))).toBe(String(round));
        expect(await all(other.scan({ prefix: bytes('a') }))).toEqual([`a=${round}`]);
      }
    });

    it('lets exactly one of many racing inserts win', async () => {
      const handles = [backend, open()];
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          (handles[i % 2] ?? backend).commit(batch([put('name', String(i))], [absent('name')])),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.committed)).toHaveLength(1);
      const winner = outcomes.findIndex((outcome) => outcome.committed);
      expect(text(await backend.read(bytes('name')))).toBe(String(winner));
    });

    it('loses no update when many handles increment at once', async () => {
      await backend.commit(batch([put('n', '0|')]));
      const handles = [backend, open(), open()];
      const count = async (handle: Backend) => {
        for (;;) {
          const now = text(await handle.read(bytes('n'))) ?? '';
          const next = `${Number(now.slice(0, -1)) + 1}|`;
          const outcome = await handle.commit(batch([put('n', next)], [starting('n', now)], false));
          if (outcome.committed) return;
        }
      };
      await Promise.all(Array.from({ length: 30 }, (_, i) => count(handles[i % 3] ?? backend)));
      expect(text(await backend.read(bytes('n')))).toBe('30|');
    });

    it('accepts commits at any moment after another was acknowledged', async () => {
      let answered = 0;
      for (let moment = 0; moment < 12; moment += 1)
        for (let round = 0; round < 5; round += 1) {
          const first = backend.commit(batch([put(`k${round}`, '1')], [], false));
          const later = first.then(async () => {
            for (let tick = 0; tick < moment; tick += 1) await Promise.resolve();
            return await backend.commit(batch([put(`k${round}`, '2')], [], false));
          });
          if ((await later).committed) answered += 1;
        }
      expect(answered).toBe(60);
    });

    it('never half-applies two batches that cross over the same keys', async () => {
      await backend.commit(batch([put('x', '0'), put('y', '0')]));
      const other = open();
      await Promise.all(
        Array.from({ length: 40 }, async (_, i) => {
          const writes = [put('x', String(i)), put('y', String(i))];
          await (i % 2 ? other : backend).commit(batch(i % 3 ? writes : writes.reverse()));
        }),
      );
      expect(text(await backend.read(bytes('x')))).toBe(text(await backend.read(bytes('y'))));
    });

    it('scans by prefix, in byte order, after a key, up to a limit', async () => {
      const keys = ['a', 'a\u0000', 'a1', 'a2', 'a\u007f', 'b', 'B'];
      await backend.commit(batch([...keys].reverse().map((key) => put(key, key))));
      const scan = (range: Parameters<Backend['scan']>[0]) => all(backend.scan(range));
      expect(await scan({ prefix: bytes('a') })).toEqual(keys.slice(0, 5).map((key) => `${key}=${key}`));
      expect(await scan({ prefix: bytes('a'), after: bytes('a1') })).toEqual(['a2=a2', 'a\u007f=a\u007f']);
      expect(await scan({ prefix: bytes('a'), after: bytes('a11'), limit: 1 })).toEqual(['a2=a2']);
      expect(await scan({ prefix: bytes('a'), limit: 2 })).toHaveLength(2);
      expect(await scan({ prefix: bytes('') })).toHaveLength(7);
      expect(await scan({ prefix: bytes('c') })).toEqual([]);
    });

    it('orders keys as unsigned bytes, and scans a prefix of 255s to the end', async () => {
      const keys = [[0], [127], [128], [255], [255, 255], [255, 255, 1]].map((key) => Uint8Array.from(key));
      await backend.commit(batch(keys.map((key) => ({ key, value: key }))));
      const found: number[][] = [];
      for await (const { key } of backend.scan({ prefix: bytes('') })) found.push([...key]);
      expect(found).toEqual(keys.map((key) => [...key]));
      const high: number[][] = [];
      for await (const { key } of backend.scan({ prefix: Uint8Array.of(255, 255) })) high.push([...key]);
      expect(high).toEqual([
        [255, 255],
        [255, 255, 1],
      ]);
    });

    it('scans one snapshot while others write', async () => {
      const names = Array.from({ length: 300 }, (_, i) => `k${String(i).padStart(3, '0')}`);
      await backend.commit(batch(names.map((name) => put(name, 'old'))));
      const other = open();
      const values: (string | undefined)[] = [];
      for await (const { value } of backend.scan({ prefix: bytes('k') })) {
        if (values.length === 0) {
          await other.commit(batch([...names.map((name) => put(name, 'new')), put('k999', 'new')]));
          await backend.commit(batch([gone('k150')]));
        }
        values.push(text(value));
      }
      expect(values).toEqual(names.map(() => 'old'));
      expect(await all(backend.scan({ prefix: bytes('k'), limit: 1 }))).toEqual(['k000=new']);
    });

    it('releases the snapshot when the reader stops early', async () => {
      await backend.commit(batch(Array.from({ length: 100 }, (_, i) => put(`k${i}`, 'v'))));
      for (let round = 0; round < 300; round += 1) {
        for await (const row of backend.scan({ prefix: bytes('k') })) {
          expect(text(row.value)).toBe('v');
          break;
        }
      }
      await backend.commit(batch([put('k0', 'w')]));
      expect(text(await backend.read(bytes('k0')))).toBe('w');
    });

    it('keeps its data when it is closed and reopened', async () => {
      await backend.commit(batch([put('a', '1')]));
      await backend.commit(batch([put('b', '2')], [], false));
      await backend.close();
      expect(await all(open().scan({ prefix: bytes('') }))).toEqual(['a=1', 'b=2']);
    });
  });
}
