/** The keys of a back end (docs/store-format.md, "Rows"). The first byte is the type of the row. */
import { concatBytes, startsWith, uint32, viewOf } from './bytes.ts';

export const RING_KEY: Uint8Array = Uint8Array.of(0);
export const SLOTS: Uint8Array = Uint8Array.of(1);
export const RECORDS: Uint8Array = Uint8Array.of(2);
/** The key of the marker of a running restore. */
export const STAGING_KEY: Uint8Array = Uint8Array.of(3);
export const FOLLOWERS: Uint8Array = Uint8Array.of(4);

export const GENERATION_BYTES = 4;
/** The length of the truncated HMAC-SHA-256 that replaces a collection's name or a record's id. */
export const TAG_BYTES = 16;
const COLLECTION = 1 + GENERATION_BYTES;
const RECORD = COLLECTION + TAG_BYTES;
const RECORD_KEY_BYTES = RECORD + TAG_BYTES;
const SLOT_KEY_BYTES = 5;

export function slotKey(slot: number): Uint8Array {
  return concatBytes(SLOTS, uint32(slot));
}

export function followerKey(id: Uint8Array): Uint8Array {
  return concatBytes(FOLLOWERS, id);
}

export function slotOf(key: Uint8Array): number {
  return viewOf(key).getUint32(1);
}

/** Returns the key of a record; with fewer tags, the prefix of the keys of a collection or a generation. */
export function recordKey(generation: Uint8Array, ...tags: readonly Uint8Array[]): Uint8Array {
  return concatBytes(RECORDS, generation, ...tags);
}

/** Returns the record part of a key. */
export function tagOf(key: Uint8Array): Uint8Array {
  return key.subarray(RECORD);
}

/** Returns the collection and record part of a key, which is the same in every generation. */
export function tagsOf(key: Uint8Array): Uint8Array {
  return key.subarray(COLLECTION);
}

export function collectionOf(key: Uint8Array): Uint8Array {
  return key.subarray(COLLECTION, RECORD);
}

export function isRecordKey(key: Uint8Array): boolean {
  return key.length === RECORD_KEY_BYTES && startsWith(key, RECORDS);
}

export function isSlotKey(key: Uint8Array): boolean {
  return key.length === SLOT_KEY_BYTES && startsWith(key, SLOTS);
}

export function isFollowerKey(key: Uint8Array): boolean {
  return key.length === 17 && startsWith(key, FOLLOWERS);
}
