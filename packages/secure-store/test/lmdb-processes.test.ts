import { describe, it, onTestFinished } from 'vitest';
import { killWritersAt } from './harness-kill.mjs';
import { losesNothing } from './killed-contract.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { processesShareAStore } from './processes-contract.ts';

describe('processes on one LMDB directory', () => {
  it('see each other’s writes, new keys and removed slots, two next to this one', async () => {
    const place = await lmdbPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), `lmdb:${place.dir}`, ['a', 'b']);
  });

  it('lose nothing acknowledged and leave nothing half-written when one is killed', async () => {
    const place = await lmdbPlace();
    onTestFinished(() => place.dispose());
    await losesNothing((options) => killWritersAt({ place: `lmdb:${place.dir}`, ...options }), [0.3]);
  });
});
