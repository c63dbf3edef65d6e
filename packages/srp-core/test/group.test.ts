import { describe, expect, it } from 'vitest';
import { findGroup } from '../src/index.ts';
import vectors from './vectors/srp-groups.json' with { type: 'json' };

describe('groups of RFC 5054, Appendix A', () => {
  for (const vector of vectors.groups.filter((group) => group.bits >= 2048)) {
    it(`has the ${vector.bits}-bit prime and generator of the RFC`, () => {
      const group = findGroup(String(vector.bits));
      expect(group?.N.toString(16)).toBe(vector.N);
      expect(group?.g).toBe(BigInt(vector.g));
      expect(group?.bytes).toBe(vector.N_bytes);
    });
  }

  it('knows no group outside the list', () => {
    for (const name of ['1024', '1536', '2047', '', 'constructor']) expect(findGroup(name)).toBeUndefined();
  });
});
