import { describe, it } from 'vitest';
import { survivesCuts } from './postgres-cuts.ts';
import { reason, unreachable } from './postgres-place.ts';

describe.skipIf(unreachable !== undefined)(`a commit to PostgreSQL${reason}`, () => {
  it('survives a connection that is cut after any fortieth of the bytes', () => survivesCuts(40));
});
