/**
 * The NIST curves of RFC 5656 (SEC 2, FIPS 186-4 D.1.2): y² = x³ − 3x + b modulo p. A point that is not on its
 * curve is refused here, as `ssh-keygen` and `sshd` refuse it.
 */
import { bytesToHex } from '@noble/hashes/utils.js';

interface Curve {
  /** Bytes of one coordinate. */
  readonly size: number;
  readonly p: bigint;
  readonly b: bigint;
}

/** By the identifiers of RFC 5656 §10.1. */
const CURVES = {
  nistp256: {
    size: 32,
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  nistp384: {
    size: 48,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  nistp521: {
    size: 66,
    p: 2n ** 521n - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
} as const satisfies Record<string, Curve>;

/** The identifier of a curve. */
export type CurveName = keyof typeof CURVES;

/** Returns whether `bytes` are an uncompressed point of the curve: 4, x, y (SEC 1 §2.3.3). */
export function isPoint(name: CurveName, bytes: Uint8Array): boolean {
  const { size, p, b } = CURVES[name];
  if (bytes.length !== 1 + 2 * size || bytes[0] !== 4) return false;
  const x = integer(bytes.subarray(1, 1 + size));
  const y = integer(bytes.subarray(1 + size));
  return x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}

/** Returns the integer with these big-endian bytes. */
export function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x0${bytesToHex(bytes)}`);
}
