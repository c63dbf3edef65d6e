import { describeBackend } from './backend-contract.ts';
import { lmdbPlace } from './lmdb-place.ts';
import { describeStore } from './store-contract.ts';

describeBackend('lmdb', lmdbPlace);
describeStore('lmdb', lmdbPlace);
