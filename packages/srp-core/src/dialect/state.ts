/**
 * The encoding of a pending server exchange in a dialect:
 *
 *   label, dialect, group, hash, identity, salt, salt's digits, min(b), PAD(v), PAD(B), each after its length in 32 bits
 */
import { expectBytes } from '../argument.ts';
import {
  copyOf,
  equalBytes,
  lengthPrefixed,
  minimal,
  readLengthPrefixed,
  toNumber,
  utf8,
} from '../encoding.ts';
import { SrpError } from '../errors.ts';
import { findGroup, findMigrationGroup } from '../group.ts';
import { HASH_NAMES } from '../hash.ts';
import { inRange, pad } from '../public-value.ts';
import { type DialectSetting, expectDialect } from './dialect.ts';
import type { Dialect, DialectKind } from './table.ts';
import type { Salt, WireForm } from './wire.ts';

/** What a server keeps between B and M1. */
export interface DialectState<F extends WireForm = WireForm, K extends DialectKind = DialectKind> {
  readonly setting: DialectSetting<F, K>;
  readonly identity: string;
  readonly salt: Salt;
  readonly v: bigint;
  readonly b: bigint;
  readonly B: bigint;
}

const LABEL = utf8('countersign srp-6a dialect server state 1');
const MAX_BYTES = 16_384;

/** Encodes a pending exchange. The bytes contain b and the verifier. */
export function encodeDialectState({ setting, identity, salt, v, b, B }: DialectState): Uint8Array {
  const { dialect, group, hash } = setting;
  const names = [dialect.name, group.name, hash, identity].map(utf8);
  const digits = utf8(salt.digits ?? '');
  return lengthPrefixed(LABEL, ...names, salt.bytes, digits, minimal(b), pad(group, v), pad(group, B));
}

/**
 * Decodes the output of `encodeDialectState` for this dialect.
 *
 * @throws {SrpError} bad_state
 */
export function decodeDialectState<F extends WireForm, K extends DialectKind>(
  bytes: Uint8Array,
  dialect: Dialect<F, K>,
): DialectState<F, K> {
  expectDialect(dialect);
  const given = expectBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  const parts = (given.length <= MAX_BYTES && readLengthPrefixed(given)) || [];
  const [, dialectName, groupName, hashName, identity, salt, digits, b, v, B] = parts;
  const group = groupName && groupOf(text(groupName));
  const hash = hashName && HASH_NAMES.find((name) => name === text(hashName));
  if (!dialectName || !group || !hash || !identity || !salt || !digits || !b || !v || !B) throw badState();
  const fits = dialect.hashes.includes(hash) && (dialect.onlyGroup ?? group.name) === group.name;
  if (!fits || text(dialectName) !== dialect.name) throw badState();
  const saltDigits = digits.length > 0 ? { digits: text(digits) } : {};
  const state = {
    setting: { dialect, group, hash },
    identity: text(identity),
    salt: { bytes: copyOf(salt), ...saltDigits },
    v: toNumber(v),
    b: toNumber(b),
    B: toNumber(B),
  };
  if (b.length > group.bytes || state.b < 2n ** 128n) throw badState();
  if (!inRange(group, state.v) || !inRange(group, state.B)) throw badState();
  if (!equalBytes(encodeDialectState(state), given)) throw badState();
  return state;
}

function groupOf(name: string) {
  return findGroup(name) ?? findMigrationGroup(name);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function badState(): SrpError {
  return new SrpError('bad_state', 'these bytes are not a pending server state of this dialect');
}
