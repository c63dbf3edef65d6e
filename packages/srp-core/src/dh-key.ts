/**
 * Diffie-Hellman keys as DER, the form in which a host's crypto library takes any p, g and exponent.
 *
 *   PrivateKeyInfo       ::= SEQUENCE { 0, AlgorithmIdentifier, OCTET STRING { INTEGER x } }    RFC 5208 §5
 *   SubjectPublicKeyInfo ::= SEQUENCE { AlgorithmIdentifier, BIT STRING { INTEGER y } }         RFC 5280 §4.1
 *   AlgorithmIdentifier  ::= SEQUENCE { dhKeyAgreement, SEQUENCE { INTEGER p, INTEGER g } }     PKCS #3 §9
 */
import { concat, minimal, toNumber } from './encoding.ts';
import type { Group } from './group.ts';

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const ZERO = Uint8Array.of(0);
/** 1.2.840.113549.1.3.1 */
const DH_KEY_AGREEMENT = Uint8Array.of(0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 3, 1);

function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  const size = minimal(BigInt(length));
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 + size.length, ...size];
  return concat(Uint8Array.from(header), ...content);
}

function integer(n: bigint): Uint8Array {
  const bytes = n === 0n ? ZERO : minimal(n);
  return (bytes[0] ?? 0) < 0x80 ? element(INTEGER, bytes) : element(INTEGER, ZERO, bytes);
}

const PRIMES = new WeakMap<Group, Uint8Array>();

function algorithm(group: Group, generator: bigint): Uint8Array {
  const prime = PRIMES.get(group) ?? integer(group.N);
  PRIMES.set(group, prime);
  return element(SEQUENCE, DH_KEY_AGREEMENT, element(SEQUENCE, prime, integer(generator)));
}

/** PKCS #8 of the private key `x` over the group's N and any generator. */
export function privateKeyInfo(group: Group, generator: bigint, x: bigint): Uint8Array {
  const version = integer(0n);
  return element(SEQUENCE, version, algorithm(group, generator), element(OCTET_STRING, integer(x)));
}

/** SPKI of the public value `y` over the group's N and any generator. */
export function publicKeyInfo(group: Group, generator: bigint, y: bigint): Uint8Array {
  return element(SEQUENCE, algorithm(group, generator), element(BIT_STRING, ZERO, integer(y)));
}

/** The public value in an SPKI. */
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
