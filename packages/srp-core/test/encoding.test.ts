import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minimal, padded, toNumber } from '../src/encoding.ts';
import { hex } from './bytes.ts';

/** Lengths just below and above whole limbs, and those of the groups. */
const LENGTH = fc.oneof(fc.nat(40), fc.constantFrom(128, 192, 256, 384, 512, 1024));

describe('numbers as bytes', () => {
  it('match their hex digits, padded and minimal, and round-trip', () => {
    const cases = LENGTH.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(cases, fc.nat(3), (bytes, zeros) => {
        const n = bytes.length === 0 ? 0n : BigInt(`0x${hex(bytes)}`);
        expect(toNumber(bytes)).toBe(n);
        expect(hex(padded(n, bytes.length + zeros))).toBe('00'.repeat(zeros) + hex(bytes));
        expect(hex(minimal(n))).toBe(hex(bytes).replace(/^(00)*/, ''));
      }),
    );
  });

  it('are read from the middle of a larger buffer', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i + 1);
    expect(toNumber(bytes.subarray(3, 20))).toBe(BigInt(`0x${hex(bytes.slice(3, 20))}`));
  });

  it('are refused when they do not fit or are negative', () => {
    for (const [n, length] of [
      [256n, 1],
      [1n, 0],
      [2n ** 64n, 8],
      [2n ** 60n, 7],
      [-1n, 8],
    ] as const)
      expect(() => padded(n, length)).toThrow(new RangeError(`number does not fit ${length} bytes`));
  });

  it('are copies', () => {
    expect(padded(1n, 3).buffer.byteLength).toBe(3);
    expect(padded(1n, 8).buffer.byteLength).toBe(8);
  });
});
