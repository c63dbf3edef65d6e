/**
 * The Node calls of a whole exchange, and nothing else: those that the native engine makes for g^a, g^x, (B −
 * k·g^x)^(a + u·x), g^b, v^u and (A·v^u)^b, with all bytes prepared in advance. No code on top of them can be
 * faster.
 */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import type { Group } from '@countersign/srp-core';
import { dhPrivateKey, rsaPublicKey } from './key-der.ts';

const SPKI = { format: 'der', type: 'spki' } as const;

export function hostCalls({ N, g, bits }: Group): () => void {
  const key = (base: bigint, length: number) => dhPrivateKey(N, base, number(length));
  const otherBase = number(bits / 8) % N;
  const [a, b, x, long, public256] = [
    key(g, 32),
    key(g, 32),
    key(g, 32),
    key(otherBase, 64),
    key(otherBase, 32),
  ];
  const publicKey = createPublicKey(parse(a)).export({ format: 'pem', type: 'spki' });
  const rsa = { key: rsaPublicKey(N, number(32)), format: 'der', type: 'pkcs1' } as const;
  const value = Buffer.alloc(bits / 8, 1);
  return () => {
    for (const secret of [a, x, long]) publicValue(parse(secret));
    const privateKey = parse(b);
    publicValue(privateKey);
    // OpenSSL accepts long public exponents of RSA only up to 3072 bits.
    if (bits <= 3072) publicEncrypt({ ...rsa, padding: constants.RSA_NO_PADDING }, value);
    else publicValue(parse(public256));
    diffieHellman({ privateKey, publicKey: createPublicKey(publicKey) });
  };
}

function number(length: number): bigint {
  return BigInt(`0x${randomBytes(length).toString('hex')}`);
}

function parse(key: Buffer): KeyObject {
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicValue(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export(SPKI);
}
