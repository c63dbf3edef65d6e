import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Versions } from '../src/audit/versions.ts';

it('is a set of versions, in whatever order they are added', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 24n })), (added) => {
      const versions = new Versions();
      const model = new Set<bigint>();
      for (const version of added) {
        expect(versions.add(version)).toBe(!model.has(version));
        model.add(version);
      }
      for (let version = 0n; version <= 25n; version += 1n)
        expect(versions.has(version)).toBe(model.has(version));
    }),
  );
});
