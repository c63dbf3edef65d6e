import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { describeBackEnd } from './contract.ts';
import { postgresPlace } from './postgres-place.ts';

withCounterpart('postgresql', 'on a real server', () => {
  describeBackEnd('postgres', postgresPlace);
});
