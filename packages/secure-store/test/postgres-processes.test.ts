import { describe, expect, it, onTestFinished } from 'vitest';
import { killWriters } from './harness-postgres-kill.mjs';
import { postgresPlace, reason, SERVER_URL, unreachable } from './postgres-place.ts';
import { processesShareAStore } from './processes-contract.ts';

describe.skipIf(unreachable !== undefined)(`processes on one PostgreSQL${reason}`, () => {
  it('see each other’s writes, new keys and removed slots, four of them', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), place.url, ['a', 'b', 'c', 'd']);
  });

  it('lose nothing acknowledged and leave nothing half-written when they are killed', async () => {
    const moments = [0, 0.1, 0.3, 0.6, 0.95];
    let round = 0;
    const moment = () => moments[round++ % moments.length] ?? 0;
    const counts = await killWriters({ url: SERVER_URL, rounds: moments.length, moment });
    expect(counts).toMatchObject({ rounds: moments.length, lost: 0, halves: 0, bad: 0 });
    expect(counts.acknowledged).toBeGreaterThanOrEqual(moments.length);
  });
});
