/**
 * The key ring: all keys below the root key, in one value sealed with a key derived from it (docs/store-format.md,
 * "The key ring").
 *
 * Every commit of every process is conditional on the whole ring as it was read. No process can therefore
 * write with a ring that was replaced or damaged.
 */
import { ByteReader, concatBytes, textOf, uint16, uint32, uint64, utf8, viewOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { GENERATION_BYTES } from '../layout.ts';
import { randomBytes } from '../platform.ts';
import { open, seal } from '../sealing/seal.ts';
import { derive } from './kdf.ts';
import { SLOT_KINDS, type SlotKind } from './slot.ts';

const MAGIC = utf8('CSTR');
const FORMAT = 1;
const STORE_ID = 5;
const VERSION = 21;
/** The length of the unencrypted start, which is the associated data of the content. */
const HEADER_BYTES = 29;

/** Whether this copy of the store may be used. */
export type RingState = 'in use' | 'moved';
const STATES: readonly RingState[] = ['in use', 'moved'];

/** A key for sealing records, 32 bytes. */
export interface DataKey {
  readonly number: number;
  readonly key: Uint8Array;
  /** Unix seconds. */
  readonly created: number;
}

export function newDataKey(number: number, created: number): DataKey {
  return { number, key: randomBytes(32), created };
}

export interface SlotEntry {
  readonly slot: number;
  readonly kind: SlotKind;
  readonly label: string;
  /** Unix seconds; reset when the passphrase changes. */
  readonly created: number;
  /** The X25519 point that transfers are sealed to. */
  readonly point: Uint8Array;
  /** SHA-256 of the stored slot. */
  readonly digest: Uint8Array;
}

/** A running process that receives every new root key. */
export interface FollowerEntry {
  readonly id: Uint8Array;
  /** The slot that it opened the store with. Removing that slot removes the follower. */
  readonly slot: number;
  /** Unix seconds of the last renewal. */
  readonly seen: number;
  /** The X25519 point that the root key is sealed to. */
  readonly point: Uint8Array;
}

export interface RingContent {
  /** `moved`: the store was copied to another place, which is the one in use from then on. */
  readonly state: RingState;
  /** 32 bytes that never change. Record keys and `secret(label)` are derived from them. */
  readonly identity: Uint8Array;
  /** 4 bytes in the key of each record. A restore writes under a new generation and then switches to it. */
  readonly generation: Uint8Array;
  /** Unix seconds. */
  readonly created: number;
  /** The last key seals new records; the others only open existing ones. */
  readonly keys: readonly DataKey[];
  readonly slots: readonly SlotEntry[];
  readonly followers: readonly FollowerEntry[];
  /** The number of the next slot. Numbers are never reused. */
  readonly nextSlot: number;
}

export interface Ring extends RingContent {
  readonly storeId: Uint8Array;
  /** Increases with every change of the ring. */
  readonly version: bigint;
}

/**
 * Reads the unencrypted start of a ring.
 *
 * @throws {StoreError} not_a_store
 * @throws {StoreError} newer_format
 * @throws {StoreError} damaged
 */
export function readRingHeader(value: Uint8Array) {
  if (!MAGIC.every((byte, i) => value[i] === byte))
    throw new StoreError('not_a_store', 'The data there was not written by this software.');
  if ((value[4] ?? 0) > FORMAT)
    throw new StoreError('newer_format', 'This store was written by a later version of this software.');
  if (value.length < HEADER_BYTES) throw damagedRing();
  return {
    storeId: value.slice(STORE_ID, VERSION),
    version: viewOf(value).getBigUint64(VERSION),
  };
}

export function sealRing(root: Uint8Array, ring: Ring): Uint8Array {
  const start = concatBytes(MAGIC, Uint8Array.of(FORMAT), ring.storeId, uint64(ring.version));
  return concatBytes(start, seal(derive(root, 'ring'), packRing(ring), start));
}

/**
 * Opens a ring with the root key.
 *
 * @returns `undefined` if the ring is sealed with another root key, or was altered
 * @throws {StoreError} as `readRingHeader`
 */
export function openRing(root: Uint8Array, value: Uint8Array): Ring | undefined {
  const { storeId, version } = readRingHeader(value);
  const start = value.subarray(0, HEADER_BYTES);
  const content = open(derive(root, 'ring'), value.subarray(HEADER_BYTES), start);
  return content === undefined ? undefined : { ...unpackRing(content), storeId, version };
}

function packRing(content: RingContent): Uint8Array {
  const { state, identity, generation, created, nextSlot, keys, slots, followers } = content;
  return concatBytes(
    Uint8Array.of(STATES.indexOf(state)),
    identity,
    generation,
    seconds(created),
    uint32(nextSlot),
    uint32(keys.length),
    ...keys.flatMap(({ number, created, key }) => [uint32(number), seconds(created), key]),
    uint32(slots.length),
    ...slots.flatMap(({ slot, kind, created, point, digest, label }) => {
      const name = utf8(label);
      const kindByte = Uint8Array.of(SLOT_KINDS.indexOf(kind));
      return [uint32(slot), kindByte, seconds(created), point, digest, uint16(name.length), name];
    }),
    uint32(followers.length),
    ...followers.flatMap(({ id, slot, seen, point }) => [id, uint32(slot), seconds(seen), point]),
  );
}

function unpackRing(content: Uint8Array): RingContent {
  const reader = new ByteReader(content);
  const state = STATES[reader.number(1)] ?? 'in use';
  const identity = reader.bytes(32);
  const generation = reader.bytes(GENERATION_BYTES);
  const created = reader.number(8);
  const nextSlot = reader.number(4);
  const keys = Array.from({ length: reader.number(4) }, () => ({
    number: reader.number(4),
    created: reader.number(8),
    key: reader.bytes(32),
  }));
  const slots = Array.from({ length: reader.number(4) }, () => ({
    slot: reader.number(4),
    kind: SLOT_KINDS[reader.number(1)] ?? 'passphrase',
    created: reader.number(8),
    point: reader.bytes(32),
    digest: reader.bytes(32),
    label: textOf(reader.bytes(reader.number(2))),
  }));
  // Rings written by early versions end here.
  const followers = Array.from({ length: reader.ended ? 0 : reader.number(4) }, () => ({
    id: reader.bytes(16),
    slot: reader.number(4),
    seen: reader.number(8),
    point: reader.bytes(32),
  }));
  return { state, identity, generation, created, nextSlot, keys, slots, followers };
}

function seconds(time: number): Uint8Array {
  return uint64(BigInt(Math.floor(time)));
}

const LONGEST_LABEL = 200;

/**
 * @throws {TypeError} for unpaired surrogates
 * @throws {RangeError} for more than 200 characters
 */
export function checkLabel(label: string): void {
  if (/\p{Surrogate}/u.test(label)) throw new TypeError('"label" expected well-formed text');
  if (label.length > LONGEST_LABEL)
    throw new RangeError(`"label" expected at most ${LONGEST_LABEL} characters, got length=${label.length}`);
}

export function damagedRing(): StoreError {
  return new StoreError(
    'damaged',
    'The key ring of this store was damaged, tampered with, or belongs to another store.',
  );
}
