/** The data types of RFC 4251 §5, written apart from the sources, for inputs that these would not write. */
import type { KeyObject } from 'node:crypto';

export function string(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An `mpint` from big-endian bytes, in its shortest form. */
export function mpint(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const rest = first < 0 ? new Uint8Array() : bytes.subarray(first);
  return string((rest[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), rest]) : rest);
}

export function join(...parts: (string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? string(part) : Buffer.from(part)))),
  );
}

/** The blob of a key of Node's. */
export function blobOf(key: KeyObject): Uint8Array {
  const jwk = key.export({ format: 'jwk' });
  const field = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(String(jwk[name]), 'base64url');
  if (jwk.kty === 'OKP') return join('ssh-ed25519', string(field('x')));
  if (jwk.kty === 'RSA') return join('ssh-rsa', mpint(field('e')), mpint(field('n')));
  const curve = String(jwk.crv).replace('P-', 'nistp');
  return join(`ecdsa-sha2-${curve}`, curve, string(Buffer.concat([Buffer.of(4), field('x'), field('y')])));
}
