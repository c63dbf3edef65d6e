/**
 * Reads and examines every row of one snapshot: the basis of check, backup and copy.
 *
 * The ring comes first, since its key sorts first, and it belongs to the same snapshot.
 */
import type { Backend, Row } from '../backend.ts';
import { equalBytes, hexOf, startsWith } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { busyRing, type Keyring, type Keys, keysOf } from '../keys/keyring.ts';
import { digestOf } from '../keys/slot.ts';
import {
  followerKey,
  generationPrefix,
  isFollowerKey,
  isRecordKey,
  isSlotKey,
  placeOf,
  RING_KEY,
  STAGING_KEY,
  slotOf,
} from '../layout.ts';
import { openRecord, readHeader, unpackContent } from '../sealing/envelope.ts';

/** Why a row is reported as bad. */
export type Problem =
  /** A record that was altered, moved, truncated or forged. */
  | 'does not open'
  /** Sealed with a key that is not in the ring: the ring was rolled back, or the number forged. */
  | 'unknown key'
  /** A slot that does not match the ring: altered, rolled back, or added without the root key. */
  | 'not as the ring says'
  /** A slot of the ring that is missing. */
  | 'missing'
  /** A row that does not belong to a store. */
  | 'foreign';

/** A damaged or unexpected row. */
export interface Bad {
  readonly what: 'record' | 'slot' | 'row';
  /** The key in the back end as hex digits, or the number of a slot. */
  readonly place: string;
  readonly problem: Problem;
}

export type Finding =
  | { readonly kind: 'ring'; readonly keys: Keys; readonly row: Row }
  | { readonly kind: 'slot'; readonly row: Row }
  /** A root key for a running process; useless outside this store. */
  | { readonly kind: 'follower'; readonly row: Row }
  | { readonly kind: 'record'; readonly row: Row; readonly content: Uint8Array }
  /** Belongs to an unfinished restore, or to the state before one. */
  | { readonly kind: 'leftover'; readonly row: Row }
  | { readonly kind: 'bad'; readonly bad: Bad };

const ATTEMPTS = 4;

/**
 * Yields a finding for every row.
 *
 * @throws {StoreError} not_a_store
 * @throws {StoreError} damaged
 * @throws {StoreError} backend_gone
 */
export async function* readSnapshot(
  backend: Backend,
  keyring: Keyring,
  signal?: AbortSignal,
): AsyncGenerator<Finding, void, undefined> {
  for (let attempt = 1; ; attempt += 1) {
    await keyring.reload();
    const rows = backend.scan({ prefix: new Uint8Array(0) })[Symbol.asyncIterator]();
    try {
      const first = await rows.next();
      if (first.done === true || !equalBytes(first.value.key, RING_KEY))
        throw new StoreError('not_a_store', 'The store was removed.');
      const keys = keysIn(keyring, first.value.value);
      if (keys === undefined) {
        if (attempt === ATTEMPTS) throw busyRing();
        continue;
      }
      yield { kind: 'ring', keys, row: first.value };
      const missing = new Set(keys.ring.slots.map(({ slot }) => slot));
      for (let next = await rows.next(); next.done !== true; next = await rows.next()) {
        signal?.throwIfAborted();
        const finding = look(keys, next.value);
        if (finding.kind === 'slot') missing.delete(slotOf(next.value.key));
        if (finding.kind === 'bad' && finding.bad.what === 'slot') missing.delete(slotOf(next.value.key));
        yield finding;
      }
      for (const slot of missing)
        yield { kind: 'bad', bad: { what: 'slot', place: String(slot), problem: 'missing' } };
      return;
    } finally {
      await rows.return?.();
    }
  }
}

/** `undefined` when the root key was replaced between the reload and the snapshot. */
function keysIn(keyring: Keyring, ringValue: Uint8Array): Keys | undefined {
  try {
    return keysOf(keyring.keys, ringValue);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'damaged') return undefined;
    throw error;
  }
}

function look(keys: Keys, row: Row): Finding {
  const { key } = row;
  if (isSlotKey(key)) return lookAtSlot(keys, row);
  if (equalBytes(key, STAGING_KEY)) return { kind: 'leftover', row };
  if (isFollowerKey(key)) return { kind: isFollowed(keys, key) ? 'follower' : 'leftover', row };
  if (!isRecordKey(key)) return { kind: 'bad', bad: { what: 'row', place: hexOf(key), problem: 'foreign' } };
  if (!startsWith(key, generationPrefix(keys.ring.generation))) return { kind: 'leftover', row };
  const content = contentOf(keys, row);
  if (typeof content === 'string')
    return { kind: 'bad', bad: { what: 'record', place: hexOf(key), problem: content } };
  return { kind: 'record', row, content };
}

function isFollowed({ ring }: Keys, key: Uint8Array): boolean {
  return ring.followers.some(({ id }) => equalBytes(followerKey(id), key));
}

function lookAtSlot({ ring }: Keys, row: Row): Finding {
  const number = slotOf(row.key);
  const entry = ring.slots.find(({ slot }) => slot === number);
  if (entry !== undefined && equalBytes(entry.digest, digestOf(row.value))) return { kind: 'slot', row };
  return { kind: 'bad', bad: { what: 'slot', place: String(number), problem: 'not as the ring says' } };
}

/** Returns the plaintext of a record, or why it does not open. Its place is not checked against its id. */
export function contentOf(keys: Keys, { key, value }: Row): Uint8Array | 'does not open' | 'unknown key' {
  const header = readHeader(value);
  if (header === undefined) return 'does not open';
  const dataKey = keys.byNumber.get(header.keyNumber);
  if (dataKey === undefined) return 'unknown key';
  const content = openRecord(dataKey, value, placeOf(keys.ring.storeId, key));
  return content !== undefined && unpackContent(content) !== undefined ? content : 'does not open';
}
