/**
 * DER-encoded keys, implemented again so that the physical limit is independent of the code compared with it.
 */

const DH_KEY_AGREEMENT = Buffer.from('06092a864886f70d010301', 'hex');

function element(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length = Buffer.from(even(body.length.toString(16)), 'hex');
  return Buffer.concat([Buffer.from([tag, 128 + length.length]), length, body]);
}

function integer(value: bigint): Buffer {
  const bytes = Buffer.from(even(value.toString(16)), 'hex');
  return element(0x02, (bytes[0] ?? 0) < 128 ? bytes : Buffer.concat([Buffer.of(0), bytes]));
}

function even(hex: string): string {
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}

/** PKCS #8 of the private key x over p and g. */
export function dhPrivateKey(p: bigint, g: bigint, x: bigint): Buffer {
  const algorithm = element(0x30, DH_KEY_AGREEMENT, element(0x30, integer(p), integer(g)));
  return element(0x30, integer(0n), algorithm, element(0x04, integer(x)));
}

/** PKCS #1 of the public key with the modulus n and the exponent e. */
export function rsaPublicKey(n: bigint, e: bigint): Buffer {
  return element(0x30, integer(n), integer(e));
}
