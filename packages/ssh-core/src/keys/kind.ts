/** The kinds of public keys, by the names that stand in their blobs and lines. */

/**
 * The kinds that an `sshd` of today accepts: RFC 8709 (Ed25519), RFC 5656 (ECDSA), RFC 4253 §6.6 (RSA), and
 * the two security key kinds of PROTOCOL.u2f.
 */
export const KEY_KINDS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
] as const;

/** The name of a kind of key. */
export type KeyKind = (typeof KEY_KINDS)[number];

const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';
const BY_CERTIFICATE = new Map(KEY_KINDS.map((kind) => [certificateKindOf(kind), kind]));

/** Returns whether a name is that of a kind this package handles. */
export function isKeyKind(name: string): name is KeyKind {
  return (KEY_KINDS as readonly string[]).includes(name);
}

/** Returns whether a name is that of a certificate, of any kind of key. */
export function isCertificateKind(name: string): boolean {
  return name.endsWith(CERTIFICATE_SUFFIX);
}

/** Returns the name of the certificates of a kind of key (PROTOCOL.certkeys, PROTOCOL.u2f). */
export function certificateKindOf(kind: KeyKind): string {
  return kind.replace('@openssh.com', '') + CERTIFICATE_SUFFIX;
}

/** Returns the kind of key that a kind of certificate is for, or `undefined` for other names. */
export function keyKindOf(certificateKind: string): KeyKind | undefined {
  return BY_CERTIFICATE.get(certificateKind);
}
