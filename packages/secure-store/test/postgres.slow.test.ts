import { describe } from 'vitest';
import { describeSealing } from './contract.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeSealing('postgres', postgresPlace);
});
