import { describe } from 'vitest';
import { describeEverything } from './contract.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeEverything('postgres', postgresPlace);
});
