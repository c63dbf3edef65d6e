/**
 * What other implementations compute, one entry each. Entries are data, in the terms of the equations:
 * `PAD(A)` is A padded to the length of N, `min(A)` has no leading zero bytes, `hex(A)` is its ASCII hex
 * digits without leading zeros, `s` is the salt as it is. To add a dialect, add an entry.
 */

import { HASH_NAMES, type HashName } from '../hash.ts';
import type { XRule } from '../x.ts';
import type { AnswerTerm, GroupTerm, KeyRule, ProofTerm, PublicTerm } from './terms.ts';
import type { WireForm, WireRule } from './wire.ts';

/** How an exchange ends. */
export interface Endings {
  /** Each side proves itself to the other. K, M1 and M2 are hashes of the listed terms. */
  readonly proofs: {
    readonly K: KeyRule;
    readonly M1: readonly ProofTerm[];
    readonly M2: readonly AnswerTerm[];
  };
  /** A secret for TLS, whose Finished messages are the proof (RFC 5054 §2.2). */
  readonly premaster: { readonly premaster: KeyRule };
}

/** `proofs` or `premaster`. */
export type DialectKind = keyof Endings;

/** One row of the table. A list of terms stands for the hash of their concatenation. */
export interface Dialect<F extends WireForm = WireForm, K extends DialectKind = DialectKind> {
  readonly name: string;
  /** How values are sent: `hex` dialects use strings, `bytes` dialects `Uint8Array`s. */
  readonly wire: WireRule<F>;
  /** The only supported group, if there is only one. */
  readonly onlyGroup?: '2048' | undefined;
  /** The supported hashes. */
  readonly hashes: readonly HashName[];
  /** 1 before SRP-6. */
  readonly k: readonly GroupTerm[] | 1;
  readonly u: readonly PublicTerm[];
  /** How many leading bytes of u count; default: all. */
  readonly uBytes?: number | undefined;
  readonly x: XRule;
  readonly kind: K;
  readonly ending: Endings[K];
}

const BYTES_PAD = { form: 'bytes', numbers: 'PAD', salt: 'raw', proofs: 'full' } as const;
const BYTES_MIN = { form: 'bytes', numbers: 'min', salt: 'min', proofs: 'full' } as const;
const BYTES_MIN_RAW_SALT = { ...BYTES_MIN, salt: 'raw' } as const;

const RFC5054 = {
  name: 'rfc5054',
  wire: BYTES_MIN_RAW_SALT,
  hashes: ['SHA-1'],
  k: ['N', 'PAD(g)'],
  u: ['PAD(A)', 'PAD(B)'],
  x: 'rfc5054',
  kind: 'premaster',
  ending: { premaster: 'min(S)' },
} as const satisfies Dialect<'bytes', 'premaster'>;

const RFC2945 = {
  name: 'rfc2945',
  wire: BYTES_MIN_RAW_SALT,
  hashes: ['SHA-1'],
  k: 1,
  u: ['min(B)'],
  uBytes: 4,
  x: 'rfc5054',
  kind: 'proofs',
  ending: {
    K: 'SHA_Interleave(S)',
    M1: ['H(N) xor H(min(g))', 'H(I)', 's', 'min(A)', 'min(B)', 'K'],
    M2: ['min(A)', 'M1', 'K'],
  },
} as const satisfies Dialect<'bytes', 'proofs'>;

const PYSRP = {
  name: 'pysrp',
  wire: BYTES_MIN,
  hashes: HASH_NAMES,
  k: ['N', 'min(g)'],
  u: ['min(A)', 'min(B)'],
  x: 'pysrp',
  kind: 'proofs',
  ending: {
    K: 'H(min(S))',
    M1: ['H(N) xor H(min(g))', 'H(I)', 'min(s)', 'min(A)', 'min(B)', 'K'],
    M2: ['min(A)', 'M1', 'K'],
  },
} as const satisfies Dialect<'bytes', 'proofs'>;

const PYSRP_RFC5054 = {
  ...PYSRP,
  name: 'pysrp-rfc5054',
  k: ['N', 'PAD(g)'],
  u: ['PAD(A)', 'PAD(B)'],
  ending: {
    ...PYSRP.ending,
    M1: ['H(N) xor H(PAD(g))', 'H(I)', 'min(s)', 'min(A)', 'min(B)', 'K'],
  },
} as const satisfies Dialect<'bytes', 'proofs'>;

const FAST_SRP_HAP = {
  name: 'fast-srp-hap',
  wire: BYTES_PAD,
  hashes: HASH_NAMES,
  k: ['N', 'PAD(g)'],
  u: ['PAD(A)', 'PAD(B)'],
  x: 'rfc5054',
  kind: 'proofs',
  ending: {
    K: 'H(PAD(S)), with SHA-1 twice as long',
    M1: ['H(N) xor H(min(g))', 'H(I)', 's', 'PAD(A)', 'PAD(B)', 'K'],
    M2: ['PAD(A)', 'M1', 'K'],
  },
} as const satisfies Dialect<'bytes', 'proofs'>;

/** Every dialect by name. */
export const ENTRIES = {
  /** RFC 5054 as used in TLS. */
  rfc5054: RFC5054,
  /** OpenSSL's SRP_Calc_* and TLS: like RFC 5054, but the salt is a number and loses its leading zeros. */
  openssl: { ...RFC5054, name: 'openssl', wire: BYTES_MIN, x: 'pysrp' },
  /** GnuTLS: srptool, gnutls-cli and gnutls-serv. */
  gnutls: { ...RFC5054, name: 'gnutls' },
  /**
   * RFC 2945, which is SRP-3: no k, and u depends only on B. A server must receive A before it sends B, and
   * either side can test two passwords per exchange. Only for existing deployments.
   */
  rfc2945: RFC2945,
  /** SRP-6a as in RFC 5054, with the key and proofs of RFC 2945. */
  'rfc2945-proofs': {
    ...RFC5054,
    name: 'rfc2945-proofs',
    hashes: HASH_NAMES,
    kind: 'proofs',
    ending: RFC2945.ending,
  },
  /** python3-srp 1.0.20 with its defaults. */
  pysrp: PYSRP,
  /** python3-srp after `rfc5054_enable()`. */
  'pysrp-rfc5054': PYSRP_RFC5054,
  /** python3-srp without libssl, which drops a leading zero byte of H(I ":" P), in one account in 256. */
  'pysrp-pure': { ...PYSRP, name: 'pysrp-pure', x: 'pysrp-pure' },
  /** The same after `rfc5054_enable()`. */
  'pysrp-rfc5054-pure': { ...PYSRP_RFC5054, name: 'pysrp-rfc5054-pure', x: 'pysrp-pure' },
  /** python3-srp after `rfc5054_enable()` and `no_username_in_x()`; the password is stretched already. */
  'apple-gsa': { ...PYSRP_RFC5054, name: 'apple-gsa', x: 'apple-gsa' },
  /** fast-srp-hap 2.0.4 with its defaults (HomeKit). */
  'fast-srp-hap': FAST_SRP_HAP,
  /** fast-srp-hap with `hap = false`, or its server created from a bare verifier. */
  'fast-srp-hap-nohap': {
    ...FAST_SRP_HAP,
    name: 'fast-srp-hap-nohap',
    ending: { ...FAST_SRP_HAP.ending, M1: ['PAD(A)', 'PAD(B)', 'PAD(S)'] },
  },
  /** secure-remote-password 0.3.1. */
  'secure-remote-password': {
    name: 'secure-remote-password',
    wire: { form: 'hex', numbers: 'PAD', salt: 'raw', proofs: 'full' },
    onlyGroup: '2048',
    hashes: ['SHA-256'],
    k: ['N', 'min(g)'],
    u: ['PAD(A)', 'PAD(B)'],
    x: 'rfc5054',
    kind: 'proofs',
    ending: {
      K: 'H(PAD(S))',
      M1: ['H(N) xor H(min(g))', 'H(I)', 's', 'PAD(A)', 'PAD(B)', 'K'],
      M2: ['PAD(A)', 'M1', 'K'],
    },
  },
  /** BouncyCastle 1.72, with BigIntegers as written by `toString(16)`. */
  bouncycastle: {
    name: 'bouncycastle',
    wire: { form: 'hex', numbers: 'min', salt: 'raw', proofs: 'min' },
    hashes: HASH_NAMES,
    k: ['N', 'PAD(g)'],
    u: ['PAD(A)', 'PAD(B)'],
    x: 'rfc5054',
    kind: 'proofs',
    ending: {
      K: 'H(PAD(S))',
      M1: ['PAD(A)', 'PAD(B)', 'PAD(S)'],
      M2: ['PAD(A)', 'PAD(M1)', 'PAD(S)'],
    },
  },
  /** tssrp6a 3.0.0, with BigInts as written by `toString(16)`. It has no K: the session key is min(S). */
  tssrp6a: {
    name: 'tssrp6a',
    wire: { form: 'hex', numbers: 'min', salt: 'min', proofs: 'min' },
    hashes: HASH_NAMES,
    k: ['N', 'PAD(g)'],
    u: ['PAD(A)', 'PAD(B)'],
    x: 'tssrp6a',
    kind: 'proofs',
    ending: {
      K: 'min(S)',
      M1: ['min(A)', 'min(B)', 'min(S)'],
      M2: ['min(A)', 'min(M1)', 'min(S)'],
    },
  },
  /** thinbus-srp 1.8.0, which hashes hex digits. */
  thinbus: {
    name: 'thinbus',
    wire: { form: 'hex', numbers: 'min', salt: 'digits', proofs: 'min' },
    hashes: ['SHA-256'],
    k: ['N', 'PAD(g)'],
    u: ['hex(A)', 'hex(B)'],
    x: 'thinbus',
    kind: 'proofs',
    ending: {
      K: 'H(hex(S))',
      M1: ['hex(A)', 'hex(B)', 'hex(S)'],
      M2: ['hex(A)', 'hex(M1)', 'hex(S)'],
    },
  },
} as const satisfies Record<string, Dialect>;
