import { expect, it } from 'vitest';
import { lmdbPlace } from './lmdb-place.ts';

it('LMDB, which answers at once, lets timers and signals have their turn during a long series of reads', async () => {
  const place = await lmdbPlace();
  const backend = place.open();
  const key = (n: number) => Uint8Array.of(1, n >> 8, n & 255);
  const writes = Array.from({ length: 1000 }, (_, n) => ({ key: key(n), value: Uint8Array.of(n & 255) }));
  await backend.commit({ checks: [], writes, durable: false });
  for (const readAll of [
    async () => {
      for (let n = 0; n < 1000; n += 1) await backend.read(key(n));
    },
    async () => {
      for await (const { value } of backend.scan({ prefix: Uint8Array.of(1) })) expect(value.length).toBe(1);
    },
  ]) {
    let hadTurn = false;
    setImmediate(() => {
      hadTurn = true;
    });
    await readAll();
    expect(hadTurn).toBe(true);
  }
  await backend.close();
  await place.dispose();
});
