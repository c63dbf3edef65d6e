import { describe } from 'vitest';
import { describeKeySequences } from './key-sequences.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { memoryPlace } from './memory-place.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describeKeySequences('memory', memoryPlace, 30);
describeKeySequences('LMDB', lmdbPlace, 5);
describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeKeySequences('PostgreSQL', postgresPlace, 3);
});
