/**
 * Primitives of the host: random bytes and X25519, from Node's OpenSSL where available and from WebCrypto
 * elsewhere. Both produce the same bytes.
 */
type NodeCrypto = typeof import('node:crypto');
/** Multiplies a point by a scalar, 32 bytes each (RFC 7748). Rejects points that yield zero. */
export type X25519 = (scalar: Uint8Array, point: Uint8Array) => Promise<Uint8Array>;

/** Random bytes that were not used yet. On Node, one call of the generator takes as long as sealing a block. */
const pool = new Uint8Array(1024);
let used = pool.length;
/** The longest nonce or id. Keys never come from the pool. */
const LONGEST_POOLED = 16;

/** Returns `length` bytes from the host's cryptographic generator. */
export function randomBytes(length: number): Uint8Array {
  if (length > LONGEST_POOLED) return globalThis.crypto.getRandomValues(new Uint8Array(length));
  if (used + length > pool.length) {
    globalThis.crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + length);
  pool.fill(0, used, used + length);
  used += length;
  return bytes;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Node's crypto module, if any. It is not imported, so bundlers have nothing to exclude. */
export const nodeCrypto: NodeCrypto | undefined = globalThis.process?.getBuiltinModule?.('node:crypto');

/** The fixed prefixes of a raw key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);
const SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 0x21, 0);

function encoded(prefix: Uint8Array, raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const der = new Uint8Array(prefix.length + raw.length);
  der.set(prefix);
  der.set(raw, prefix.length);
  return der;
}

export const portableX25519: X25519 = async (scalar, point) => {
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'X25519' };
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey('pkcs8', encoded(PKCS8, scalar), algorithm, false, ['deriveBits']),
    subtle.importKey('spki', encoded(SPKI, point), algorithm, false, []),
  ]);
  return new Uint8Array(await subtle.deriveBits({ ...algorithm, public: publicKey }, privateKey, 256));
};

const nativeX25519 = ({ createPrivateKey, createPublicKey, diffieHellman }: NodeCrypto): X25519 => {
  const der = (prefix: Uint8Array, raw: Uint8Array) =>
    ({ key: Buffer.from(encoded(prefix, raw)), format: 'der' }) as const;
  return async (scalar, point) => {
    const privateKey = createPrivateKey({ ...der(PKCS8, scalar), type: 'pkcs8' });
    const publicKey = createPublicKey({ ...der(SPKI, point), type: 'spki' });
    return new Uint8Array(diffieHellman({ privateKey, publicKey }));
  };
};

export const x25519: X25519 = nodeCrypto === undefined ? portableX25519 : nativeX25519(nodeCrypto);
