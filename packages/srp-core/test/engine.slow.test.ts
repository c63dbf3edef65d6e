/** The edges of every group by every way that an engine has; engine.test.ts goes one way in the largest groups. */
import { describe, it } from 'vitest';
import { agree, edgesOf } from './engine-powers.ts';
import { ALL_GROUPS } from './groups.ts';

describe.each(ALL_GROUPS)('group $name', (group) => {
  it('has one answer for bases and exponents at the edges, by every way', () => {
    for (const { base, exponent } of edgesOf(group)) agree(group, base, exponent);
  });
});
