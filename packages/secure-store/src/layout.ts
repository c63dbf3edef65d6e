/**
 * Where things lie in a back end. The first byte of a key says what it is:
 *
 *     00                                                   the ring
 *     01 | slot number (4)                                 a slot
 *     02 | generation (4) | collection (16) | record (16)  a record
 */
import { concatBytes, uint32 } from './bytes.ts';
import type { Place } from './envelope.ts';

export const RING_KEY: Uint8Array = Uint8Array.of(0);
export const SLOTS: Uint8Array = Uint8Array.of(1);
export const RECORDS: Uint8Array = Uint8Array.of(2);

export const GENERATION_BYTES = 4;
/** Of the HMAC-SHA-256 that stands for a collection's name, or for a record's id. */
export const TAG_BYTES = 16;

export function slotKey(slot: number): Uint8Array {
  return concatBytes(SLOTS, uint32(slot));
}

export function collectionPrefix(generation: Uint8Array, collection: Uint8Array): Uint8Array {
  return concatBytes(RECORDS, generation, collection);
}

export function recordKey(prefix: Uint8Array, record: Uint8Array): Uint8Array {
  return concatBytes(prefix, record);
}

/** Where the record under this key belongs. */
export function placeOf(storeId: Uint8Array, key: Uint8Array): Place {
  const collection = 1 + GENERATION_BYTES;
  const record = collection + TAG_BYTES;
  return { storeId, collection: key.subarray(collection, record), record: key.subarray(record) };
}
