import { describe } from 'vitest';
import { describeBackend } from './backend-contract.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';
import { describeStore } from './store-contract.ts';
import { describeTransfer } from './transfer-contract.ts';

describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeBackend('postgres', postgresPlace);
  describeStore('postgres', postgresPlace);
  describeTransfer('postgres', postgresPlace);
});
