import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { ed25519PublicKey, type PublicKey } from '../src/index.ts';

/** An Ed25519 key pair of Node's. */
export interface Pair {
  readonly key: PublicKey;
  /** The private key of RFC 8032, 32 bytes. */
  readonly seed: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean;
}

export function makePair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x, d } = privateKey.export({ format: 'jwk' });
  return {
    key: ed25519PublicKey(Buffer.from(String(x), 'base64url')),
    seed: Uint8Array.from(Buffer.from(String(d), 'base64url')),
    sign: (message) => sign(null, message, privateKey),
    verify: (message, signature) => verify(null, message, publicKey, signature),
  };
}
