import { describe } from 'vitest';
import { describeKeySequences } from './key-sequences.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { memoryPlace } from './memory-place.ts';
import { postgresPlace, reason, unreachable } from './postgres-place.ts';

describeKeySequences('memory', memoryPlace, 600);
describeKeySequences('LMDB', lmdbPlace, 100);
describe.skipIf(unreachable !== undefined)(`on a real server${reason}`, () => {
  describeKeySequences('PostgreSQL', postgresPlace, 12);
});
