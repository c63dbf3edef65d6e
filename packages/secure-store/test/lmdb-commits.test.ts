/** Commits of LMDB whose transaction fails at the very end, when nothing says whether it happened. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Batch } from '../src/backend.ts';
import { hexOf, utf8 } from '../src/bytes.ts';
import { Commits, type Rows } from '../src/lmdb/commits.ts';

const put = (key: string, value: string) => ({ key: utf8(key), value: utf8(value) });
const batch = (writes: Batch['writes'], checks: Batch['checks'] = []): Batch => ({
  writes,
  checks,
  durable: true,
});

it('does not report a commit as lost because a later one of the same transaction replaced its rows', async () => {
  const rows = new Map<string, Uint8Array>();
  const database = {
    getBinary: (key: Uint8Array) => rows.get(hexOf(key)),
    putSync: (key: Uint8Array, value: Uint8Array) => rows.set(hexOf(key), value),
    async transaction(callback: () => unknown) {
      await setImmediate();
      callback();
      throw new Error('the header could not be synchronised');
    },
  } as unknown as Rows;
  const commits = new Commits('/nowhere', {
    opened: () => database,
    read: (key) => rows.get(hexOf(key)),
    isSound: () => false,
    close: async () => {},
  });
  const outcomes = await Promise.allSettled([
    commits.commit(batch([put('a', '1')])),
    commits.commit(batch([put('a', '2'), put('b', '1')], [{ key: utf8('a'), starts: utf8('1') }])),
    commits.commit(batch([put('b', '2')])),
    commits.commit(batch([put('c', '1')], [{ key: utf8('a'), starts: utf8('9') }])),
  ]);
  expect(outcomes).toMatchObject([
    { reason: { code: 'backend_gone', settled: false } },
    { value: { committed: true } },
    { value: { committed: true } },
    { reason: { code: 'backend_gone', settled: true } },
  ]);
});
