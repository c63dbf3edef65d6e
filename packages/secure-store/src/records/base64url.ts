/**
 * base64url without padding (RFC 4648 §5). Only the canonical form is accepted: decoded text encodes to the
 * same text.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const values = new Uint8Array(128).fill(64);
for (let i = 0; i < 64; i += 1) values[ALPHABET.charCodeAt(i)] = i;

/** Encodes bytes as base64url. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 63);
    if (left > 1) text += ALPHABET.charAt((bits >> 6) & 63);
    if (left > 2) text += ALPHABET.charAt(bits & 63);
  }
  return text;
}

/**
 * Decodes base64url.
 *
 * @throws {TypeError} unless `text` is canonical
 */
export function fromBase64url(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length * 3) >> 2);
  let bits = 0;
  let have = 0;
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    const value = values[text.charCodeAt(i)] ?? 64;
    if (value === 64) throw new TypeError('"$bytes" expected base64url without padding');
    bits = ((bits << 6) | value) & 0xffff;
    have += 6;
    if (have >= 8) {
      have -= 8;
      bytes[at] = bits >> have;
      at += 1;
    }
  }
  if (have === 6 || (bits & ((1 << have) - 1)) !== 0)
    throw new TypeError('"$bytes" expected canonical base64url');
  return bytes;
}
