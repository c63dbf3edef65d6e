import { it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { survivesCuts } from './postgres-cuts.ts';

withCounterpart('postgresql', 'a commit to PostgreSQL', () => {
  it('survives a connection cut after any fortieth of the bytes', () => survivesCuts(40));
});
