import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Implementation } from '../src/input.ts';
import { hostArgon2id } from '../src/platform.ts';
import { portableArgon2id } from '../src/portable.ts';
import { webAssemblyArgon2id } from '../src/webassembly.ts';
import { hex, isForWebAssembly, isLarge, VECTORS } from './vectors.ts';

const IMPLEMENTATIONS: Record<string, Implementation> = {
  ...(hostArgon2id && { host: hostArgon2id }),
  WebAssembly: webAssemblyArgon2id,
  JavaScript: portableArgon2id,
};

describe.each(Object.entries(IMPLEMENTATIONS))('%s', (name, implementation) => {
  const own = VECTORS.filter(
    (vector) => (name !== 'WebAssembly' || isForWebAssembly(vector)) && !isLarge(name, vector),
  );

  it.each(own)('computes $id', async ({ input, tag }) => {
    expect(hex(await implementation(input(), undefined))).toBe(tag);
  });
});

it('WebAssembly leaves associated data and the empty password to JavaScript', async () => {
  const others = VECTORS.filter((vector) => !isForWebAssembly(vector));
  expect(others.map(({ id }) => id)).toEqual(['rfc9106-5.3', 'empty-password']);
  for (const { input } of others) expect(await webAssemblyArgon2id(input(), undefined)).toBeUndefined();
});

it('computes the same tag in every implementation, whatever the input', async () => {
  const anyBytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 200 });
  const cost = fc
    .record({
      p: fc.integer({ min: 1, max: 5 }),
      more: fc.integer({ min: 0, max: 40 }),
      t: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ p, more, t }) => ({ m: 8 * p + more, t, p }));
  const anyInput = fc.record({
    password: anyBytes(1),
    salt: anyBytes(8),
    secret: anyBytes(0),
    associatedData: fc.constant(new Uint8Array(0)),
    cost,
    length: fc.integer({ min: 4, max: 200 }),
  });
  const implementations = Object.values(IMPLEMENTATIONS);
  await fc.assert(
    fc.asyncProperty(anyInput, async (input) => {
      const tags = await Promise.all(
        implementations.map((implementation) => implementation(structuredClone(input), undefined)),
      );
      const [first, ...rest] = tags.map(hex);
      expect(first).toHaveLength(2 * input.length);
      for (const tag of rest) expect(tag).toBe(first);
    }),
    { numRuns: 25 },
  );
});
