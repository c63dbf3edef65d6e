/** Public keys in their binary form, the "blob" (RFC 4253 §6.6): a name, then the fields of that kind of key. */
import { sha256 } from '@noble/hashes/sha2.js';
import { base64nopad } from '@scure/base';
import { expectBytes, expectObject } from '../argument.ts';
import { SshError } from '../errors.ts';
import { utf8Decode } from '../platform.ts';
import { Reader } from '../wire/reader.ts';
import { concat, string } from '../wire/writer.ts';
import { ADVICE, isCertificateKind, isKeyKind, type KeyKind, skipKeyFields } from './kind.ts';

/** Longer blobs are refused. An RSA key of 16,384 bits has 2,077 bytes. */
export const MAX_KEY_BYTES = 4096;

/** A public key that has been checked. */
export interface PublicKey {
  readonly kind: KeyKind;
  /** The binary form, which is what certificates, revocation lists and agents hold. */
  readonly blob: Uint8Array;
}

/**
 * Reads the binary form of a public key. The result holds a copy.
 *
 * @throws {SshError} malformed, also for a point that is not on its curve
 * @throws {SshError} too_long
 * @throws {SshError} unsupported_key
 * @throws {SshError} weak_key
 */
export function decodePublicKey(blob: Uint8Array): PublicKey {
  expectBytes('blob', blob);
  if (blob.length > MAX_KEY_BYTES)
    throw new SshError('too_long', `a public key has at most ${MAX_KEY_BYTES} bytes`);
  const reader = new Reader(blob, 'the public key');
  const kind = expectKeyKind(utf8Decode(reader.string()) ?? '');
  skipKeyFields(kind, reader);
  reader.end();
  return { kind, blob: Uint8Array.from(blob) };
}

/** Returns the public key with these 32 bytes (RFC 8032 §5.1.5). */
export function ed25519PublicKey(bytes: Uint8Array): PublicKey {
  expectBytes('bytes', bytes, 32);
  return { kind: 'ssh-ed25519', blob: concat([string('ssh-ed25519'), string(bytes)]) };
}

/** Returns the fingerprint that `ssh-keygen -l`, `ssh-add -l` and the log of `sshd` show: `SHA256:…`. */
export function fingerprint(key: PublicKey): string {
  return `SHA256:${base64nopad.encode(sha256(expectKey('key', key).blob))}`;
}

/**
 * Checks a key that a caller made, and returns a copy.
 *
 * @throws {SshError} as {@link decodePublicKey}
 */
export function expectKey(name: string, key: PublicKey): PublicKey {
  expectObject(name, key);
  const checked = decodePublicKey(expectBytes(`${name}.blob`, key.blob));
  if (checked.kind !== key.kind) throw new TypeError(`"${name}.kind" expected the kind of the blob`);
  return checked;
}

/**
 * Returns the kind with this name.
 *
 * @throws {SshError} unsupported_key, with what to do
 */
export function expectKeyKind(name: string): KeyKind {
  if (isKeyKind(name)) return name;
  if (name === 'ssh-dss') throw new SshError('unsupported_key', `DSA keys are no longer secure; ${ADVICE}`);
  if (isCertificateKind(name))
    throw new SshError('unsupported_key', 'this is a certificate; use the public key that it was issued for');
  throw new SshError('unsupported_key', `this kind of key is not supported; ${ADVICE}`);
}
