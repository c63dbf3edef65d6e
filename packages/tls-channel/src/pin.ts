import { createHash, X509Certificate } from 'node:crypto';

/**
 * Returns the pin of a certificate: `sha256:` and the base64url hash of its public key (SPKI), without
 * padding. Renewing a certificate with the same key keeps the pin. Accepts PEM or DER; of several PEM blocks
 * the first counts.
 */
export function pinOf(certificate: string | Uint8Array | X509Certificate): string {
  const parsed = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate);
  const spki = parsed.publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(spki).digest('base64url')}`;
}

/** Returns whether a text has the form of a pin. */
export function isPin(text: string): boolean {
  return /^sha256:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
}
