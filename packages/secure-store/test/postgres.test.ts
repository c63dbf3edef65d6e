import { describe } from 'vitest';
import { describeBackend } from './backend-contract.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeBackend('postgres', postgresPlace);
});
