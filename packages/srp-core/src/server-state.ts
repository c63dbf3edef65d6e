/**
 * The encoding of a pending server exchange:
 *
 *   label, suite name, min(b), PAD(v), PAD(B), each after its length in 32 bits
 */
import { expectBytes } from './argument.ts';
import {
  copyOf,
  equalBytes,
  lengthPrefixed,
  minimal,
  readLengthPrefixed,
  toNumber,
  utf8,
} from './encoding.ts';
import { SrpError } from './errors.ts';
import { inRange, pad } from './public-value.ts';
import { findSuite, type Suite } from './suite.ts';

/** What a server keeps between B and M1. */
export interface ServerState {
  readonly suite: Suite;
  readonly v: bigint;
  readonly b: bigint;
  readonly B: Uint8Array;
}

const LABEL = utf8('countersign srp-6a server state 1');
const MAX_BYTES = 8192;

/** Encodes a pending exchange. The bytes contain b and the verifier. */
export function encodeServerState({ suite, v, b, B }: ServerState): Uint8Array {
  return lengthPrefixed(LABEL, utf8(suite.name), minimal(b), pad(suite.group, v), B);
}

/**
 * Decodes the output of `encodeServerState`.
 *
 * @throws {SrpError} bad_state
 */
export function decodeServerState(bytes: Uint8Array): ServerState {
  const given = expectBytes('bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
  const [, name, b, v, B] = (given.length <= MAX_BYTES && readLengthPrefixed(given)) || [];
  const suite = name && findSuite(new TextDecoder().decode(name));
  if (!suite || !b || !v || !B) throw badState();
  const { group } = suite;
  const state = { suite, v: toNumber(v), b: toNumber(b), B: copyOf(B) };
  if (B.length !== group.bytes || !inRange(group, toNumber(B))) throw badState();
  if (b.length > group.bytes || state.b < 2n ** 128n || !inRange(group, state.v)) throw badState();
  if (!equalBytes(encodeServerState(state), given)) throw badState();
  return state;
}

function badState(): SrpError {
  return new SrpError('bad_state', 'these bytes are not a pending server state of this version');
}
