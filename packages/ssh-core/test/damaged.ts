import * as fc from 'fast-check';

/** Arbitrary bytes, and copies of the inputs with a few bytes replaced. */
export function damaged(inputs: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const patched = fc
    .tuple(fc.constantFrom(...inputs), fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }))
    .map(([input, at, patch]) => {
      const copy = Uint8Array.from(input);
      copy.set(patch, at % (copy.length - patch.length));
      return copy;
    });
  return fc.oneof(fc.uint8Array({ maxLength: 200 }), patched);
}
