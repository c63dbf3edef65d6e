/**
 * The kinds of public keys that an `sshd` of today accepts, by the names that stand in their blobs and lines, and the
 * fields behind that name. A certificate holds the same fields, so both readers use this table.
 */
import { SshError } from '../errors.ts';
import type { Reader } from '../wire/reader.ts';
import { type CurveName, isPoint } from './curve.ts';

/** The advice in every message about a key that cannot be used. */
export const ADVICE = 'create another with: ssh-keygen -t ed25519';

const ED25519_BYTES = 32;
const MIN_RSA_BITS = 3072;
/** The longest that OpenSSH reads. */
const MAX_RSA_BITS = 16_384;
/** OpenSSL refuses longer exponents for moduli above 3072 bits. */
const MAX_EXPONENT_BYTES = 8;
const MAX_APPLICATION_BYTES = 1024;

/** Each reads past the fields of a kind and checks them. */
const SKIP_FIELDS = {
  'ssh-ed25519': skipEd25519,
  'ecdsa-sha2-nistp256': (reader: Reader) => skipPoint(reader, 'nistp256'),
  'ecdsa-sha2-nistp384': (reader: Reader) => skipPoint(reader, 'nistp384'),
  'ecdsa-sha2-nistp521': (reader: Reader) => skipPoint(reader, 'nistp521'),
  'ssh-rsa': skipRsa,
  'sk-ssh-ed25519@openssh.com': (reader: Reader) => {
    skipEd25519(reader);
    skipApplication(reader);
  },
  'sk-ecdsa-sha2-nistp256@openssh.com': (reader: Reader) => {
    skipPoint(reader, 'nistp256');
    skipApplication(reader);
  },
} as const;

/** The name of a kind of key. */
export type KeyKind = keyof typeof SKIP_FIELDS;

export const KEY_KINDS: readonly string[] = Object.keys(SKIP_FIELDS);

const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';

/** Returns whether a name is that of a kind this package handles. */
export function isKeyKind(name: string): name is KeyKind {
  return KEY_KINDS.includes(name);
}

/** Returns whether a name is that of a certificate, of any kind of key. */
export function isCertificateKind(name: string): boolean {
  return name.endsWith(CERTIFICATE_SUFFIX);
}

/** Returns the name of the certificates of a kind of key (PROTOCOL.certkeys, PROTOCOL.u2f). */
export function certificateKindOf(kind: string): string {
  return kind.replace('@openssh.com', '') + CERTIFICATE_SUFFIX;
}

/** Returns the kind of key that a kind of certificate is for, or `undefined` for other names. */
export function keyKindOf(certificateKind: string): KeyKind | undefined {
  return KEY_KINDS.filter(isKeyKind).find((kind) => certificateKindOf(kind) === certificateKind);
}

/**
 * Reads past the fields of a key of this kind and checks them.
 *
 * @throws {SshError} malformed
 * @throws {SshError} weak_key
 * @throws {SshError} too_long for RSA over 16,384 bits
 */
export function skipKeyFields(kind: KeyKind, reader: Reader): void {
  SKIP_FIELDS[kind](reader);
}

/** `string pk` (RFC 8709 §4). */
function skipEd25519(reader: Reader): void {
  if (reader.string().length !== ED25519_BYTES) throw reader.malformed('is not an Ed25519 key of 32 bytes');
}

/** `string identifier`, `string Q` (RFC 5656 §3.1). */
function skipPoint(reader: Reader, curve: CurveName): void {
  if (reader.text() !== curve) throw reader.malformed('names a curve of another kind of key');
  if (!isPoint(curve, reader.string())) throw reader.malformed('is not an uncompressed point of its curve');
}

/** `mpint e`, `mpint n` (RFC 4253 §6.6). */
function skipRsa(reader: Reader): void {
  const e = reader.positive();
  const n = reader.positive();
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  if (bits < MIN_RSA_BITS)
    throw new SshError('weak_key', `RSA keys need ${MIN_RSA_BITS} bits or more; ${ADVICE}`);
  if (bits > MAX_RSA_BITS)
    throw new SshError('too_long', `RSA keys have at most ${MAX_RSA_BITS} bits; ${ADVICE}`);
  const isExponent = e.length <= MAX_EXPONENT_BYTES && isOdd(e) && !(e.length === 1 && e[0] === 1);
  if (!isExponent || !isOdd(n)) throw reader.malformed('is not an RSA key');
}

function isOdd(bytes: Uint8Array): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 1;
}

/** `string application` (PROTOCOL.u2f), usually `ssh:`. */
function skipApplication(reader: Reader): void {
  const { length } = reader.string();
  if (length === 0 || length > MAX_APPLICATION_BYTES)
    throw reader.malformed('has an application of the wrong length');
}
