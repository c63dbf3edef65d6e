import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { describeKeySequences } from './key-sequences.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { memoryPlace } from './memory-place.ts';
import { postgresPlace } from './postgres-place.ts';

describeKeySequences('memory', memoryPlace, 15);
describeKeySequences('LMDB', lmdbPlace, 2);
withCounterpart('postgresql', 'on a real server', () => {
  describeKeySequences('PostgreSQL', postgresPlace, 1);
});
