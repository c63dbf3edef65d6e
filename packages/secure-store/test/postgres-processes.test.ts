import { it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { postgresPlace } from './postgres-place.ts';
import { processesShareAStore } from './processes-contract.ts';

withCounterpart('postgresql', 'processes on one PostgreSQL database', () => {
  it('see each other’s writes, new keys and removed slots, two of them', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    await processesShareAStore(place.open(), place.url, ['a', 'b']);
  });
});
