/** The exchanges recorded from other implementations, mapped to the dialects of this package. */
import { findGroup, findMigrationGroup, type Group, type HashName } from '../src/index.ts';
import { type AnyDialect, dialectNamed } from './dialect-run.ts';
import file from './vectors/srp-interop.json' with { type: 'json' };

type Entry = (typeof file.entries)[number];

export interface Exchange {
  readonly id: string;
  readonly dialect: AnyDialect;
  readonly group: Group;
  readonly hash: HashName;
  readonly identity: string;
  readonly password: Uint8Array;
  /** Each recorded value as hex in its canonical form. */
  readonly recorded: Readonly<Record<string, string>>;
  /** Each value as the implementation wrote it, where that differs. */
  readonly written: Readonly<Record<string, string>>;
}

/** Dialect names in the file that are shorter here. */
const NAMES: Readonly<Record<string, string>> = {
  'openssl-tls': 'openssl',
  'gnutls-tls': 'gnutls',
  'pysrp-apple-gsa': 'apple-gsa',
};

export function groupOf(bits: number): Group {
  const group = findGroup(`${bits}`) ?? findMigrationGroup(`migration-${bits}`);
  if (!group) throw new Error(`no group of ${bits} bits`);
  return group;
}

function hashOf(name: string): HashName {
  const hashes = ['SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'] as const;
  const hash = hashes.find((candidate) => candidate.replace('-', '').toLowerCase() === name);
  if (!hash) throw new Error(`no hash ${name}`);
  return hash;
}

function texts(values: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'string'));
}

function exchangeOf(entry: Entry): Exchange {
  const { pbkdf2_output = entry.P_utf8 } = entry;
  return {
    id: entry.id,
    dialect: dialectNamed(NAMES[entry.dialect] ?? entry.dialect),
    group: groupOf(entry.group_bits),
    hash: hashOf(entry.hash),
    identity: entry.I,
    password: new Uint8Array(Buffer.from(pbkdf2_output, 'hex')),
    recorded: texts(entry),
    written: texts(entry.wire?.differs_from_canonical ?? {}),
  };
}

/** Full exchanges. */
export const EXCHANGES = file.entries.filter(({ kind }) => kind === 'full-exchange').map(exchangeOf);
/** Verifiers from command-line tools. */
export const VERIFIERS = file.entries.filter(({ kind }) => kind === 'verifier').map(exchangeOf);
