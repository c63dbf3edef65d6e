/**
 * DER-encoded keys, the form in which a host's crypto library accepts any modulus, base and exponent.
 *
 *   PrivateKeyInfo       ::= SEQUENCE { 0, AlgorithmIdentifier, OCTET STRING { INTEGER x } }    RFC 5208 §5
 *   SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING { INTEGER y } }         RFC 5280 §4.1
 *   AlgorithmIdentifier  ::= SEQUENCE { dhKeyAgreement, SEQUENCE { INTEGER p, INTEGER g } }     PKCS #3 §9
 *   RSAPublicKey         ::= SEQUENCE { INTEGER n, INTEGER e }                                  RFC 8017 §A.1.1
 */
import { concat, minimal, toNumber } from '../encoding.ts';
import type { Group } from '../group.ts';

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const ZERO = Uint8Array.of(0);
/** 1.2.840.113549.1.3.1 */
const DH_KEY_AGREEMENT = Uint8Array.of(0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1);

/** The pieces of an element, header first. They are joined once at the end. */
type Pieces = readonly Uint8Array[];

function element(tag: number, ...content: Pieces): Pieces {
  const length = content.reduce((sum, piece) => sum + piece.length, 0);
  if (length < 0x80) return [Uint8Array.of(tag, length), ...content];
  if (length < 0x100) return [Uint8Array.of(tag, 0x81, length), ...content];
  return [Uint8Array.of(tag, 0x82, length >> 8, length), ...content];
}

function integer(n: bigint): Pieces {
  const bytes = n === 0n ? ZERO : minimal(n);
  return (bytes[0] ?? 0) < 0x80 ? element(INTEGER, bytes) : element(INTEGER, ZERO, bytes);
}

const PRIMES = new WeakMap<Group, Pieces>();

function prime(group: Group): Pieces {
  const pieces = PRIMES.get(group) ?? [concat(...integer(group.N))];
  PRIMES.set(group, pieces);
  return pieces;
}

function algorithm(group: Group, generator: bigint): Pieces {
  const parameters = element(SEQUENCE, ...prime(group), ...integer(generator));
  return element(SEQUENCE, DH_KEY_AGREEMENT, ...parameters);
}

/** PKCS #8 of the private key `x` over the group's N and any generator. */
export function privateKeyInfo(group: Group, generator: bigint, x: bigint): Uint8Array {
  const key = element(OCTET_STRING, ...integer(x));
  return concat(...element(SEQUENCE, ...integer(0n), ...algorithm(group, generator), ...key));
}

/** SPKI of the public value `y` over the group's N and any generator. */
export function publicKeyInfo(group: Group, generator: bigint, y: bigint): Uint8Array {
  const key = element(BIT_STRING, ZERO, ...integer(y));
  return concat(...element(SEQUENCE, ...algorithm(group, generator), ...key));
}

/** PKCS #1 of an RSA key with the group's N as its modulus and a public exponent. */
export function rsaPublicKey(group: Group, exponent: bigint): Uint8Array {
  return concat(...element(SEQUENCE, ...prime(group), ...integer(exponent)));
}

export function publicValueOf(spki: Uint8Array): bigint {
  const outer = contentAt(spki, 0, SEQUENCE);
  const bits = contentAt(spki, contentAt(spki, outer.start, SEQUENCE).end, BIT_STRING);
  const value = contentAt(spki, bits.start + 1, INTEGER);
  return toNumber(spki.subarray(value.start, value.end));
}

function contentAt(der: Uint8Array, offset: number, tag: number): { start: number; end: number } {
  const first = der[offset + 1] ?? 0;
  const size = first < 0x80 ? 0 : first - 0x80;
  const start = offset + 2 + size;
  const length = size === 0 ? first : Number(toNumber(der.subarray(offset + 2, start)));
  if (der[offset] !== tag || start + length > der.length)
    throw new RangeError('unexpected DER from the host');
  return { start, end: start + length };
}
