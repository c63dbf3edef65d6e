import { describe, expect, it, onTestFinished } from 'vitest';
import { killWritersAt } from './harness-kill.mjs';
import { lmdbPlace } from './lmdb-place.ts';
import { processesShareAStore } from './processes-contract.ts';

describe('processes on one directory of LMDB', () => {
  it('see each other’s writes, new keys and removed slots, two beside this one', async () => {
    const place = await lmdbPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), `lmdb:${place.dir}`, ['a', 'b']);
  });

  it('lose nothing acknowledged and leave nothing half-written when they are killed', async () => {
    const place = await lmdbPlace();
    onTestFinished(() => place.dispose());
    const moments = [0, 0.1, 0.3, 0.6, 0.95];
    let round = 0;
    const moment = () => moments[round++ % moments.length] ?? 0;
    const counts = await killWritersAt({ place: `lmdb:${place.dir}`, rounds: moments.length, moment });
    expect(counts).toMatchObject({ rounds: moments.length, lost: 0, halves: 0, bad: 0 });
    expect(counts.acknowledged).toBeGreaterThanOrEqual(moments.length);
  });
});
