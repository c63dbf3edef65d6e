import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { describeSealing } from './contract.ts';
import { postgresPlace } from './postgres-place.ts';

withCounterpart('postgresql', 'on a real server', () => {
  describeSealing('postgres', postgresPlace);
});
