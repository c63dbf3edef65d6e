/**
 * The host functions of Node: powers from OpenSSL. Browser bundles use `platform-browser.ts` instead (the
 * `browser` field of package.json). No other file imports a built-in module.
 *
 * OpenSSL computes the public value of a Diffie-Hellman private key when it parses one. With the base as the
 * key's generator, that is base^x, computed with its constant-time Montgomery ladder in any group.
 * `crypto.diffieHellman` raises further bases to the exponent of a parsed key. An RSA public key with modulus
 * N does the same for a public exponent, without the cost of parsing a private key; OpenSSL allows this up to
 * 3072 bits.
 *
 * On Node 20, parsing a private key takes as long as half a power. There, one `DiffieHellman` object per
 * group raises every base to every exponent, with the same constant-time ladder.
 */
import * as crypto from 'node:crypto';
import process from 'node:process';
import { minimal, padded, toNumber } from './encoding.ts';
import { checkedEngine } from './engine/arguments.ts';
import type { Engine, SecretExponent } from './engine/interface.ts';
import { privateKeyInfo, publicKeyInfo, publicValueOf, rsaPublicKey } from './engine/key-der.ts';
import type { Group } from './group.ts';

/** OPENSSL_RSA_SMALL_MODULUS_BITS: above it OpenSSL refuses long public exponents. */
const RSA_MAX_BITS = 3072;

function parsePrivate(group: Group, generator: bigint, exponent: bigint): crypto.KeyObject {
  const key = Buffer.from(privateKeyInfo(group, generator, exponent));
  return crypto.createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** Exported as PEM, which takes half the time of DER on Node 20. */
function publicValue(key: crypto.KeyObject): bigint {
  const pem = String(crypto.createPublicKey(key).export({ format: 'pem', type: 'spki' }));
  return publicValueOf(Buffer.from(pem.slice(PEM_BEGIN.length, -PEM_END.length), 'base64'));
}

/**
 * Whether OpenSSL neither checks a prime of RFC 3526 for a second when an object is created, nor refuses
 * bases that are not squares. Later releases do one or the other.
 */
const SKIPS_CHECKS = process.version.startsWith('v20.') && process.versions.openssl.startsWith('3.0.');
/** The groups from this length on have primes of RFC 3526, there with the generator 2. */
const RFC_3526_BITS = 3072;
const ONE = Uint8Array.of(1);

const EXCHANGES = new WeakMap<Group, crypto.DiffieHellman>();

function exchangeOf(group: Group): crypto.DiffieHellman | undefined {
  if (!SKIPS_CHECKS || group.bits < RFC_3526_BITS) return undefined;
  const exchange = EXCHANGES.get(group) ?? crypto.createDiffieHellman(minimal(group.N), 2);
  EXCHANGES.set(group, exchange);
  return exchange;
}

function raise(exchange: crypto.DiffieHellman, { bytes }: Group, base: bigint, exponent: bigint): bigint {
  try {
    exchange.setPrivateKey(minimal(exponent));
    return toNumber(exchange.computeSecret(padded(base, bytes)));
  } finally {
    // OpenSSL clears the exponent when another one takes its place.
    exchange.setPrivateKey(ONE);
  }
}

function power(group: Group, base: bigint, exponent: bigint): bigint {
  const exchange = exchangeOf(group);
  if (exchange) return raise(exchange, group, base, exponent);
  return publicValue(parsePrivate(group, base, exponent));
}

function publicPower(group: Group, base: bigint, exponent: bigint): bigint {
  if (group.bits > RSA_MAX_BITS || exponent >= group.N) return power(group, base, exponent);
  const key = Buffer.from(rsaPublicKey(group, exponent));
  const padding = crypto.constants.RSA_NO_PADDING;
  const options = { key, format: 'der', type: 'pkcs1', padding } as const;
  return toNumber(crypto.publicEncrypt(options, padded(base, group.bytes)));
}

const PEM_BEGIN = '-----BEGIN PUBLIC KEY-----\n';
const PEM_END = '\n-----END PUBLIC KEY-----\n';

/** As PEM: on Node 24, passing an object with format options takes longer than parsing the key itself. */
function pemOf(spki: Uint8Array): string {
  return `${PEM_BEGIN}${Buffer.from(spki).toString('base64')}${PEM_END}`;
}

function fix(group: Group, exponent: bigint): SecretExponent {
  const exchange = exchangeOf(group);
  if (exchange)
    return {
      value: raise(exchange, group, group.g, exponent),
      power: (base) => raise(exchange, group, base, exponent),
    };
  const privateKey = parsePrivate(group, group.g, exponent);
  return {
    value: publicValue(privateKey),
    power(base) {
      const publicKey = crypto.createPublicKey(pemOf(publicKeyInfo(group, group.g, base)));
      return toNumber(crypto.diffieHellman({ privateKey, publicKey }));
    },
  };
}

/** Powers from the host's OpenSSL. Throws when OpenSSL refuses an operation; `engineFor` handles that. */
export const nativeEngine: Engine | undefined = checkedEngine({ name: 'native', power, publicPower, fix });
