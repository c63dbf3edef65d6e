/**
 * Compares the constants of every group with the RFC's text. That the groups are safe is tested in
 * group.slow.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { findGroup } from '../src/index.ts';
import { ALL_GROUPS } from './groups.ts';
import vectors from './vectors/srp-groups.json' with { type: 'json' };

it('every group is in the table of vectors', () => {
  expect(ALL_GROUPS.map(({ bits }) => bits)).toEqual(vectors.groups.map(({ bits }) => bits));
});

describe.each(ALL_GROUPS)('the group $name', ({ bits, bytes, N, g }) => {
  it('has the prime and generator of RFC 5054, Appendix A', () => {
    const vector = vectors.groups.find((group) => group.bits === bits);
    expect(N.toString(16)).toBe(vector?.N);
    expect(g).toBe(BigInt(vector?.g ?? 0));
    expect(bytes).toBe(vector?.N_bytes);
    expect(N.toString(2)).toHaveLength(bits);
  });
});

it('knows no group outside the list', () => {
  for (const name of ['1024', '1536', '2047', '', 'constructor']) expect(findGroup(name)).toBeUndefined();
});
