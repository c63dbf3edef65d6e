import { describeBackEnd } from './contract.ts';
import { lmdbPlace } from './lmdb-place.ts';

describeBackEnd('lmdb', lmdbPlace);
