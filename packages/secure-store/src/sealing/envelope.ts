/**
 * A record on disk (docs/store-format.md, "Records"). It does not open if it was forged, moved to another id or
 * collection, copied from another store, or given another version or key number: all of that is associated data.
 */
import { concatBytes, textOf, uint64, utf8, viewOf } from '../bytes.ts';
import { randomBytes } from '../platform.ts';
import { type Aead, NONCE_BYTES, TAG_BYTES } from './aead.ts';

const FORMAT = 1;
const VERSION_END = 9;
const KEY_END = 13;
/** The length of the unencrypted start in bytes. */
export const HEADER_BYTES = 25;
const PADDING = 64;
const LENGTHS_BYTES = 6;

/** The maximum size of the plaintext of a record, so that one key can seal 2^48 of them (RFC 8452 §9). */
export const LARGEST_RECORD = 16 * 1024 * 1024;
/** The maximum length of an id in bytes of UTF-8. */
export const LONGEST_ID = 1024;

/** Where a record belongs. Associated data in addition to the header. */
export interface Place {
  readonly storeId: Uint8Array;
  /** The tags of the collection and the record. */
  readonly tags: Uint8Array;
}

/** The unencrypted start of a record. */
export interface Header {
  readonly version: bigint;
  readonly keyNumber: number;
}

/** Returns the first bytes of an unchanged record, for the check of a conditional commit. */
export function startOf(version: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(FORMAT), uint64(version));
}

/**
 * The first version of a record is random, so that a record removed and inserted again is not mistaken for
 * the earlier one. Each change adds one; resealing keeps the version.
 */
function firstVersion(): bigint {
  return viewOf(randomBytes(8)).getBigUint64(0) >> 1n;
}

/** Returns the version after a change of version `expected`, or a first version if it is `undefined`. */
export function nextVersion(expected: bigint | undefined): bigint {
  return expected === undefined ? firstVersion() : BigInt.asUintN(64, expected + 1n);
}

/** Returns the header, or `undefined` when the record is too short or of another format. */
export function readHeader(value: Uint8Array): Header | undefined {
  if (value.length < HEADER_BYTES + TAG_BYTES || value[0] !== FORMAT) return undefined;
  const view = viewOf(value);
  return { version: view.getBigUint64(1), keyNumber: view.getUint32(VERSION_END) };
}

export function sealRecord(
  key: Aead,
  { version, keyNumber }: Header,
  place: Place,
  content: Uint8Array,
): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const header = new Uint8Array(HEADER_BYTES);
  const view = viewOf(header);
  view.setUint8(0, FORMAT);
  view.setBigUint64(1, version);
  view.setUint32(VERSION_END, keyNumber);
  header.set(nonce, KEY_END);
  return concatBytes(header, key.encrypt(nonce, content, associatedData(header, place)));
}

/** Returns the plaintext, or `undefined` if the record was altered or belongs to another place. */
export function openRecord(key: Aead, value: Uint8Array, place: Place): Uint8Array | undefined {
  const header = value.subarray(0, HEADER_BYTES);
  const nonce = value.subarray(KEY_END, HEADER_BYTES);
  return key.decrypt(nonce, value.subarray(HEADER_BYTES), associatedData(header, place));
}

function associatedData(header: Uint8Array, { storeId, tags }: Place): Uint8Array {
  return concatBytes(header, storeId, tags);
}

/**
 * Builds the plaintext of a record.
 *
 * @throws {RangeError} if it would exceed `LARGEST_RECORD`
 */
export function packContent(id: string, value: Uint8Array): Uint8Array {
  const name = utf8(id);
  const length = LENGTHS_BYTES + name.length + value.length;
  if (length > LARGEST_RECORD)
    throw new RangeError(`"value" expected at most 16 MiB as JSON, got length=${value.length}`);
  const content = new Uint8Array(Math.ceil(length / PADDING) * PADDING);
  const view = viewOf(content);
  view.setUint16(0, name.length);
  view.setUint32(2, value.length);
  content.set(name, LENGTHS_BYTES);
  content.set(value, LENGTHS_BYTES + name.length);
  return content;
}

/** Splits the plaintext of a record; `undefined` when it is malformed. */
export function unpackContent(
  content: Uint8Array,
): { readonly id: string; readonly value: Uint8Array } | undefined {
  if (content.length < LENGTHS_BYTES) return undefined;
  const view = viewOf(content);
  const idEnd = LENGTHS_BYTES + view.getUint16(0);
  const end = idEnd + view.getUint32(2);
  if (end > content.length) return undefined;
  return { id: textOf(content.subarray(LENGTHS_BYTES, idEnd)), value: content.subarray(idEnd, end) };
}
