/**
 * A record on disk:
 *
 *     format (1) | version (8) | key number (4) | nonce (12) | AES-256-GCM-SIV ciphertext | tag (16)
 *
 * Associated data: those 25 bytes | store id (16) | collection (16) | record (16). A record that was forged, moved to
 * another id or collection, brought from another store, or given another version or key number therefore does not open.
 *
 * Inside: length of id (2) | length of value (4) | id | value | zeros up to a multiple of 64 bytes.
 */

import { concatBytes, uint32, uint64, utf8, viewOf } from '../bytes.ts';
import { randomBytes } from '../platform.ts';
import { type Aead, NONCE_BYTES, TAG_BYTES } from './aead.ts';

export const RECORD_FORMAT = 1;
const VERSION_END = 9;
const KEY_END = 13;
export const HEADER_BYTES = 25;
const PADDING = 64;
const LENGTHS_BYTES = 6;

/** A record may not be larger than this inside, so that one key may seal 2^48 of them (RFC 8452 §9). */
export const LARGEST_RECORD = 16 * 1024 * 1024;
export const LONGEST_ID = 1024;

/** Where a record belongs: the associated data beyond its header. */
export interface Place {
  readonly storeId: Uint8Array;
  readonly collection: Uint8Array;
  readonly record: Uint8Array;
}

export interface Header {
  readonly version: bigint;
  readonly keyNumber: number;
}

/** What an unaltered record begins with: the check of a commit that wants nobody to have changed it. */
export function startOf(version: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(RECORD_FORMAT), uint64(version));
}

/**
 * The version a new record starts with is random, so that a record removed and inserted again does not pass for the
 * earlier one; each change adds one, re-sealing keeps it.
 */
function firstVersion(): bigint {
  return viewOf(randomBytes(8)).getBigUint64(0) >> 1n;
}

/** The version of a record after a change of the one with version `expected`, or of a new record without it. */
export function nextVersion(expected: bigint | undefined): bigint {
  return expected === undefined ? firstVersion() : BigInt.asUintN(64, expected + 1n);
}

/** Nothing when the record is too short or of another format. */
export function readHeader(value: Uint8Array): Header | undefined {
  if (value.length < HEADER_BYTES + TAG_BYTES || value[0] !== RECORD_FORMAT) return undefined;
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
  const header = concatBytes(startOf(version), uint32(keyNumber), nonce);
  return concatBytes(header, key.encrypt(nonce, content, associatedData(header, place)));
}

/** The content, or nothing when anything about the record or its place was altered. */
export function openRecord(key: Aead, value: Uint8Array, place: Place): Uint8Array | undefined {
  const header = value.subarray(0, HEADER_BYTES);
  const nonce = value.subarray(KEY_END, HEADER_BYTES);
  return key.decrypt(nonce, value.subarray(HEADER_BYTES), associatedData(header, place));
}

function associatedData(header: Uint8Array, { storeId, collection, record }: Place): Uint8Array {
  return concatBytes(header, storeId, collection, record);
}

/** @throws RangeError when the record would be larger than `LARGEST_RECORD`. */
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

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Nothing when this is no content that `packContent` made. */
export function unpackContent(
  content: Uint8Array,
): { readonly id: string; readonly value: Uint8Array } | undefined {
  if (content.length < LENGTHS_BYTES) return undefined;
  const view = viewOf(content);
  const idEnd = LENGTHS_BYTES + view.getUint16(0);
  const end = idEnd + view.getUint32(2);
  if (end > content.length) return undefined;
  return { id: decoder.decode(content.subarray(LENGTHS_BYTES, idEnd)), value: content.subarray(idEnd, end) };
}
