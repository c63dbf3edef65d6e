/**
 * Base64url without padding (RFC 4648 §5), canonical only: every byte string has one encoding, and all others
 * (padding, the other alphabet, line breaks, non-zero unused bits) are rejected.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]));

/** Encodes bytes as base64url without padding. */
export function base64urlEncode(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = ((pending & 0x3f) << 8) | byte;
    for (bits += 8; bits >= 6; bits -= 6) text += ALPHABET.charAt((pending >> (bits - 6)) & 0x3f);
  }
  if (bits > 0) text += ALPHABET.charAt((pending << (6 - bits)) & 0x3f);
  return text;
}

/** Decodes base64url. Returns `undefined` for text that is not canonical. */
export function base64urlDecode(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let length = 0;
  let pending = 0;
  let bits = 0;
  for (const character of text) {
    const value = VALUES.get(character);
    if (value === undefined) return undefined;
    pending = ((pending & 0x3f) << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (pending >> bits) & 0xff;
    }
  }
  return base64urlEncode(bytes) === text ? bytes : undefined;
}
