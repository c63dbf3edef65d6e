import { describeSealing } from './contract.ts';
import { lmdbPlace } from './lmdb-place.ts';

describeSealing('lmdb', lmdbPlace);
