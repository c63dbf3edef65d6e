import { describe } from 'vitest';
import { describeBackEnd } from './contract.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeBackEnd('postgres', postgresPlace);
});
