/** A new key to be certified, which lives in memory and in the agent alone. */
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  type Certificate,
  ed25519PublicKey,
  issueCertificate,
  makeSerial,
  type PublicKey,
} from '@countersign/ssh-core';

/** The raw key at the end of both DER forms of an Ed25519 key (RFC 8410). */
const RAW_BYTES = 32;

export interface NewKey {
  readonly publicKey: PublicKey;
  /** The private key of RFC 8032, to be wiped. */
  readonly seed: Uint8Array;
  /**
   * Returns a certificate that the key issues for itself. No host accepts it.
   * @param now Unix seconds
   */
  certifyItself(now: number): Promise<Certificate>;
}

export function generateKey(): NewKey {
  const pair = generateKeyPairSync('ed25519');
  const rawPublic = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES);
  const publicKey = ed25519PublicKey(Uint8Array.from(rawPublic));
  return {
    publicKey,
    seed: pair.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-RAW_BYTES),
    certifyItself: (now) =>
      issueCertificate({
        key: publicKey,
        serial: makeSerial({ time: now, randomBits: 0 }),
        keyId: 'countersign-trial',
        principals: ['none'],
        validAfter: now,
        validBefore: now + 1,
        extensions: [],
        authority: publicKey,
        sign: (message) => sign(null, message, pair.privateKey),
      }),
  };
}
