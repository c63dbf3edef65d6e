import * as fc from 'fast-check';
import { type KrlContent, parsePublicKey } from '../src/index.ts';
import { keyVectors } from './vectors.ts';

const keys = keyVectors.accepted.map(({ line }) => parsePublicKey(line));
/** ssh-keygen shows no later years than four digits hold. */
const LAST_TIME = 2 ** 37;

const value = fc.oneof(
  fc.bigInt({ min: 1n, max: 200n }),
  fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 2n ** 64n - 200n, max: 2n ** 64n - 1n }),
);
const range = fc.tuple(value, value).map(([a, b]) => {
  const [first, last] = a < b ? [a, b] : [b, a];
  return { first: String(first), last: String(last) };
});
const section = fc.record({
  authority: fc.constantFrom(...keys),
  ranges: fc.array(range, { maxLength: 5 }),
  serials: fc.array(value.map(String), { minLength: 1, maxLength: 40 }),
});

const content: fc.Arbitrary<KrlContent> = fc.record({
  version: fc.maxSafeNat(),
  generatedAt: fc.nat(LAST_TIME),
  // ssh-keygen escapes characters that its C library does not know yet.
  comment: fc.stringMatching(/^[ -~äß☕日]{0,40}$/u),
  certificates: fc.uniqueArray(section, {
    maxLength: 5,
    selector: ({ authority }) => String(authority.blob),
  }),
  keys: fc.subarray(keys),
});

/** Returns random content of revocation lists, the same for the same seed. */
export function randomKrls(count: number, seed: number): KrlContent[] {
  return fc.sample(content, { numRuns: count, seed });
}
