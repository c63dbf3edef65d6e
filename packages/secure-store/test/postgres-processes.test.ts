import { describe, it, onTestFinished } from 'vitest';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';
import { processesShareAStore } from './processes-contract.ts';

describe.skipIf(unreachable !== undefined)(`processes on one PostgreSQL${reason}`, () => {
  it('see each other’s writes, new keys and removed slots, two of them', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), place.url, ['a', 'b']);
  });
});
