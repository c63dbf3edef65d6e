/**
 * Signatures in certificates (RFC 4253 §6.6): the name of an algorithm and its bytes, in the form that
 * belongs to the kind of the authority's key. Whether a signature is genuine is checked elsewhere.
 */
import { SshError } from '../errors.ts';
import type { PublicKey } from '../keys/public-key.ts';
import { Reader } from '../wire/reader.ts';
import { concat, string } from '../wire/writer.ts';

/** The signature of a certificate. */
export interface CertificateSignature {
  /** Such as `ssh-ed25519` or `rsa-sha2-512`. */
  readonly algorithm: string;
  /** For Ed25519 64 bytes, for ECDSA two mpints, for RSA as many bytes as the modulus. */
  readonly bytes: Uint8Array;
}

const ED25519_BYTES = 64;
/** The longest integer of a signature: that of P-521. */
const MAX_SCALAR_BYTES = 66;

/** RFC 8332 §3: the name of an RSA key does not name the hash. */
const RSA_ALGORITHMS = ['rsa-sha2-512', 'rsa-sha2-256'];

/** Reads the `string signature` at the end of a certificate. */
export function readSignature(reader: Reader, authority: PublicKey): CertificateSignature {
  const algorithm = reader.text();
  const bytes = reader.string();
  if (algorithm === 'ssh-rsa')
    throw new SshError('unsupported', 'the certificate is signed with SHA-1, which is no longer secure');
  const expected = authority.kind === 'ssh-rsa' ? RSA_ALGORITHMS : [authority.kind];
  if (!expected.includes(algorithm) || !hasForm(authority, bytes))
    throw reader.malformed('does not have the form of the key that made it');
  if (authority.kind.startsWith('sk-')) {
    // PROTOCOL.u2f: flags and the counter of the security key.
    reader.uint8();
    reader.uint32();
  }
  reader.end();
  return { algorithm, bytes: Uint8Array.from(bytes) };
}

/** Returns the content of the `string signature` for 64 bytes of Ed25519 (RFC 8709 §6). */
export function ed25519Signature(bytes: Uint8Array): Uint8Array {
  return concat([string('ssh-ed25519'), string(bytes)]);
}

function hasForm({ kind, blob }: PublicKey, bytes: Uint8Array): boolean {
  if (kind === 'ssh-rsa') return bytes.length === modulusBytes(blob);
  return kind.includes('ed25519') ? bytes.length === ED25519_BYTES : isScalarPair(bytes);
}

/** `mpint r`, `mpint s` (RFC 5656 §3.1.2). */
function isScalarPair(bytes: Uint8Array): boolean {
  const reader = new Reader(bytes, 'the signature of the certificate');
  const lengths = [reader.positive().length, reader.positive().length];
  return reader.done && lengths.every((length) => length <= MAX_SCALAR_BYTES);
}

function modulusBytes(blob: Uint8Array): number {
  const reader = new Reader(blob, 'the public key');
  reader.string();
  reader.positive();
  return reader.positive().length;
}
