import { createHash, X509Certificate } from 'node:crypto';

/**
 * The pin of a certificate: `sha256:` and the base64url hash of its public key (SPKI), without padding. It stays the
 * same when the certificate is renewed with the same key. Takes PEM or DER, and of several PEM blocks the first.
 */
export function pinOf(certificate: string | Uint8Array | X509Certificate): string {
  const parsed = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate);
  const spki = parsed.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('base64url')}`;
}

/** Whether that is how a pin is written. */
export function isPin(text: string): boolean {
  return /^sha256:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
}
