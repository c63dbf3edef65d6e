/**
 * x, the private exponent derived from a password: v = g^x. Implementations disagree on what is hashed; each
 * rule below is used by a real one. The username is opaque text, the password opaque bytes (stretched or
 * not).
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { stripZeros, toNumber, utf8 } from './encoding.ts';
import { digest, type HashName } from './hash.ts';

export interface XInput {
  readonly hash: HashName;
  readonly salt: Uint8Array;
  /** The salt's hex digits, for rules that hash digits. An odd number has no form in bytes. */
  readonly saltDigits?: string | undefined;
  readonly identity: string;
  readonly password: Uint8Array;
}

const COLON = utf8(':');

/** H(I ":" P) */
function inner({ hash, identity, password }: XInput): Uint8Array {
  return digest(hash, utf8(identity), COLON, password);
}

/** For each rule, what is hashed. */
const RULES = {
  /** x = H(s | H(I ":" P)), the salt as it is: RFC 5054 §2.4, GnuTLS, fast-srp-hap, BouncyCastle */
  rfc5054: (input: XInput) => [input.salt, inner(input)],
  /** x = H(min(s) | H(I ":" P)), with the salt as a number: python3-srp, OpenSSL */
  pysrp: (input: XInput) => [stripZeros(input.salt), inner(input)],
  /** x = H(min(s) | min(H(I ":" P))): python3-srp without libssl; differs from the above one time in 256 */
  'pysrp-pure': (input: XInput) => [stripZeros(input.salt), stripZeros(inner(input))],
  /** x = H(min(s) | H(":" P)): python3-srp with no_username_in_x, as used by clients of Apple GSA */
  'apple-gsa': (input: XInput) => [stripZeros(input.salt), inner({ ...input, identity: '' })],
  /** x = H(min(s) | H(P)), without a username: tssrp6a */
  tssrp6a: ({ hash, salt, password }: XInput) => [stripZeros(salt), digest(hash, password)],
  /**
   * x = H(UPPER(hex(s) | hex(H(I ":" P)) without leading zero digits)) mod N, of ASCII: thinbus. Every N is longer
   * than every hash.
   */
  thinbus: (input: XInput) => {
    const text = (input.saltDigits ?? bytesToHex(input.salt)) + bytesToHex(inner(input)).replace(/^0+/, '');
    return [utf8(text.toUpperCase())];
  },
} as const satisfies Record<string, (input: XInput) => readonly Uint8Array[]>;

/** The name of a rule, after the implementation that made it common. */
export type XRule = keyof typeof RULES;

export const X_RULES: readonly XRule[] = [
  'rfc5054',
  'pysrp',
  'pysrp-pure',
  'apple-gsa',
  'tssrp6a',
  'thinbus',
];

/** Computes x. Call it once per exchange, and do not keep the result longer. */
export function computeX(rule: XRule, input: XInput): bigint {
  return toNumber(digest(input.hash, ...RULES[rule](input)));
}
