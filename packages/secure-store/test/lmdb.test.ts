import { describeEverything } from './contract.ts';
import { lmdbPlace } from './lmdb-place.ts';

describeEverything('lmdb', lmdbPlace);
