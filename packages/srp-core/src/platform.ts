/**
 * The host functions of Node: powers from OpenSSL. Browser bundles use `platform-browser.ts` instead (the
 * `browser` field of package.json). No other file imports a built-in module.
 *
 * OpenSSL computes the public value of a Diffie-Hellman private key when it parses one. With the base as the
 * key's generator, that is base^x, computed with its constant-time Montgomery ladder in any group.
 * `crypto.diffieHellman` raises further bases to the exponent of a parsed key. An RSA public key with modulus
 * N does the same for a public exponent, without the cost of parsing a private key; OpenSSL allows this up to
 * 3072 bits.
 */
import * as crypto from 'node:crypto';
import { padded, toNumber } from './encoding.ts';
import { checkedEngine } from './engine/arguments.ts';
import type { Engine, SecretExponent } from './engine/interface.ts';
import { privateKeyInfo, publicKeyInfo, publicValueOf, rsaPublicKey } from './engine/key-der.ts';
import type { Group } from './group.ts';

/**
 * OPENSSL_RSA_SMALL_MODULUS_BITS: above it, OpenSSL refuses long public exponents. It always refuses
 * exponents of N and above.
 */
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

function power(group: Group, base: bigint, exponent: bigint): bigint {
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
