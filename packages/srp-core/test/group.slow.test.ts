/**
 * Verifies with independent arithmetic that each group is safe: N and (N−1)/2 are prime, and g generates the
 * whole group.
 */
import { checkPrimeSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ALL_GROUPS } from './groups.ts';

/** base^exponent mod modulus, bit by bit. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

/** One Miller-Rabin round: an odd composite n passes for at most a quarter of the bases. */
function isProbablePrime(n: bigint, base: bigint): boolean {
  let odd = n - 1n;
  let halvings = 0;
  for (; odd % 2n === 0n; odd /= 2n) halvings++;
  let root = power(base, odd, n);
  if (root === 1n) return true;
  for (; halvings > 0; halvings--) {
    if (root === n - 1n) return true;
    root = (root * root) % n;
  }
  return false;
}

/** OpenSSL always runs at least 64 rounds: over a minute at 8192 bits. */
const OPENSSL_BITS = 2048;

it('the primality test detects composites', () => {
  const p = 2n ** 127n - 1n;
  expect(isProbablePrime(p, 3n)).toBe(true);
  for (const composite of [p * p, p * (2n ** 89n - 1n), 561n, 2n ** 128n + 1n])
    expect(isProbablePrime(composite, 3n)).toBe(false);
});

describe.each(ALL_GROUPS)('the group $name', ({ bits, N, g }) => {
  const q = (N - 1n) / 2n;

  it('has a prime (N−1)/2', () => {
    expect(isProbablePrime(q, 3n)).toBe(true);
    if (bits <= OPENSSL_BITS) expect(checkPrimeSync(q)).toBe(true);
  });

  it('has a g that generates the whole group, which proves N prime', () => {
    expect(power(g, q, N)).toBe(N - 1n);
    // Pocklington: (N−1)/2 is prime and longer than √N, g^(N−1) = 1, and g² − 1 and N have no common divisor.
    expect(g * g - 1n).toBeLessThan(1000n);
    for (let divisor = 2n; divisor < 1000n; divisor++) expect(N % divisor, `${divisor}`).not.toBe(0n);
    if (bits <= OPENSSL_BITS) expect(checkPrimeSync(N)).toBe(true);
  });
});
