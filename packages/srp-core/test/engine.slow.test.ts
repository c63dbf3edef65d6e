/**
 * The limits of every group with each method of an engine; engine.test.ts uses one method in the largest
 * groups.
 */
import { describe, it } from 'vitest';
import { agree, agreeOnRandomValues, edgesOf } from './engine-powers.ts';
import { ALL_GROUPS } from './groups.ts';

describe.each(ALL_GROUPS)('group $name', (group) => {
  it('returns the same result from both engines and from plain multiplication', () => {
    agreeOnRandomValues(group, 12);
  });

  it('returns the same result for bases and exponents at the limits, with every method', () => {
    for (const { base, exponent } of edgesOf(group)) agree(group, base, exponent);
  });
});
