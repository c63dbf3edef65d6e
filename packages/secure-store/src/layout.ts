/**
 * The keys of a back end. The first byte is the type:
 *
 *     00                                                   the ring
 *     01 | slot number (4)                                 a slot
 *     02 | generation (4) | collection (16) | record (16)  a record
 *     03                                                   the generation that a restore is writing
 *     04 | follower (16)                                   a root key for a running process
 */
import { concatBytes, startsWith, uint32, viewOf } from './bytes.ts';
import type { Place } from './sealing/envelope.ts';

/** The key of the ring. */
export const RING_KEY: Uint8Array = Uint8Array.of(0);
/** The prefix of all slots. */
export const SLOTS: Uint8Array = Uint8Array.of(1);
/** The prefix of all records. */
export const RECORDS: Uint8Array = Uint8Array.of(2);
/** The key of the marker of a running restore. */
export const STAGING_KEY: Uint8Array = Uint8Array.of(3);
/** The prefix of all followers. */
export const FOLLOWERS: Uint8Array = Uint8Array.of(4);

/** The length of a generation in bytes. */
export const GENERATION_BYTES = 4;
/** The length of the truncated HMAC-SHA-256 that replaces a collection's name or a record's id. */
export const TAG_BYTES = 16;
const COLLECTION = 1 + GENERATION_BYTES;
const RECORD = COLLECTION + TAG_BYTES;
const RECORD_KEY_BYTES = RECORD + TAG_BYTES;
const SLOT_KEY_BYTES = 5;

/** Returns the key of a slot. */
export function slotKey(slot: number): Uint8Array {
  return concatBytes(SLOTS, uint32(slot));
}

/** Returns the key of a follower's row. */
export function followerKey(id: Uint8Array): Uint8Array {
  return concatBytes(FOLLOWERS, id);
}

/** Returns the slot number in a key. */
export function slotOf(key: Uint8Array): number {
  return viewOf(key).getUint32(1);
}

/** Returns the prefix of all records of a generation. */
export function generationPrefix(generation: Uint8Array): Uint8Array {
  return concatBytes(RECORDS, generation);
}

/** Returns the prefix of all records of a collection. */
export function collectionPrefix(generation: Uint8Array, collection: Uint8Array): Uint8Array {
  return concatBytes(RECORDS, generation, collection);
}

/** Returns the key of a record in a collection. */
export function recordKey(prefix: Uint8Array, record: Uint8Array): Uint8Array {
  return concatBytes(prefix, record);
}

/** Returns the collection and record part of a key, which is the same in every generation. */
export function afterGeneration(key: Uint8Array): Uint8Array {
  return key.subarray(COLLECTION);
}

/** Returns the key of the same record in another generation. */
export function inGeneration(generation: Uint8Array, key: Uint8Array): Uint8Array {
  return concatBytes(RECORDS, generation, afterGeneration(key));
}

/** Returns the place of the record with this key. */
export function placeOf(storeId: Uint8Array, key: Uint8Array): Place {
  return { storeId, collection: key.subarray(COLLECTION, RECORD), record: key.subarray(RECORD) };
}

/** Returns whether a key has the form of a record's key. */
export function isRecordKey(key: Uint8Array): boolean {
  return key.length === RECORD_KEY_BYTES && startsWith(key, RECORDS);
}

/** Returns whether a key has the form of a slot's key. */
export function isSlotKey(key: Uint8Array): boolean {
  return key.length === SLOT_KEY_BYTES && startsWith(key, SLOTS);
}

/** Returns whether a key has the form of a follower's key. */
export function isFollowerKey(key: Uint8Array): boolean {
  return key.length === 17 && startsWith(key, FOLLOWERS);
}
