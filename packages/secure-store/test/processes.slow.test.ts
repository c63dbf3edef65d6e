/** More processes, killed at more moments, than in the tests of each back end. */
import { it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { killWritersAt } from './harness-kill.mjs';
import { killWriters } from './harness-postgres-kill.mjs';
import { losesNothing } from './killed-contract.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { postgresPlace, SERVER_URL } from './postgres-place.ts';
import { processesShareAStore } from './processes-contract.ts';

const MOMENTS = [0, 0.1, 0.3, 0.6, 0.95];

it('processes on one directory of LMDB lose nothing acknowledged when they are killed at any moment', async () => {
  const place = await lmdbPlace();
  onTestFinished(() => place.dispose());
  await losesNothing((options) => killWritersAt({ place: `lmdb:${place.dir}`, ...options }), MOMENTS);
});

withCounterpart('postgresql', 'processes on one PostgreSQL database', () => {
  it('see each other’s writes, new keys and removed slots, four of them', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), place.url, ['a', 'b', 'c', 'd']);
  });

  it('lose nothing acknowledged and leave nothing half-written when they are killed', async () => {
    await losesNothing((options) => killWriters({ url: SERVER_URL, ...options }), MOMENTS);
  });
});
