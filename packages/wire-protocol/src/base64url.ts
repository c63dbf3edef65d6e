/**
 * Base64url without padding (RFC 4648 §5), canonical only: every byte string has one encoding, and all others
 * (padding, the other alphabet, line breaks, non-zero unused bits) are rejected.
 */
import { base64urlnopad } from '@scure/base';

export function base64urlEncode(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** Decodes base64url. Returns `undefined` for text that is not canonical. */
export function base64urlDecode(text: string): Uint8Array | undefined {
  try {
    return base64urlnopad.decode(text);
  } catch {
    return undefined;
  }
}
