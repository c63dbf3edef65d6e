/**
 * The physical limit: Diffie-Hellman computations by OpenSSL with the group's size and 256-bit exponents, and
 * nothing else.
 */
import { createPrivateKey, createPublicKey, diffieHellman, randomBytes } from 'node:crypto';
import type { Group } from '@countersign/srp-core';
import { dhPrivateKey } from './key-der.ts';

/** Raises this many bases, with keys parsed in advance. */
export function barePowers(group: Group, count: number): () => void {
  const pairs = Array.from({ length: count }, () => ({
    privateKey: privateKey(group),
    publicKey: createPublicKey(privateKey(group)),
  }));
  return () => {
    for (const pair of pairs) diffieHellman(pair);
  };
}

function privateKey({ N, g }: Group) {
  const exponent = BigInt(`0x${randomBytes(32).toString('hex')}`);
  return createPrivateKey({ key: dhPrivateKey(N, g, exponent), format: 'der', type: 'pkcs8' });
}
