/** The keys of a ring that was opened with the root key, and what can be shown of them. */
import type { Check } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { RING_KEY } from '../layout.ts';
import type { Aead } from '../sealing/aead.ts';
import { aeadOf } from '../sealing/seal.ts';
import { type DataKey, damagedRing, openRing, type Ring, type SlotEntry } from './ring.ts';
import { digestOf, type Opening } from './slot.ts';

/** An opened ring with its ciphers. */
export interface Keys extends Opening {
  readonly ring: Ring;
  /** Checks that the stored ring is still this one. */
  readonly check: Check;
  /** The number of the key that seals new records. */
  readonly active: number;
  readonly activeKey: Aead;
  readonly byNumber: ReadonlyMap<number, Aead>;
}

/** Opens a ring. Returns `undefined` if it is sealed with another root key, or was altered. */
export function keysOf(opening: Opening, ringValue: Uint8Array): Keys | undefined {
  const ring = openRing(opening.root, ringValue);
  const active = ring?.keys.at(-1);
  if (ring === undefined || active === undefined) return undefined;
  return {
    ...opening,
    ring,
    check: { key: RING_KEY, starts: ringValue },
    active: active.number,
    activeKey: aeadOf(active.key),
    byNumber: new Map(ring.keys.map(({ number, key }) => [number, aeadOf(key)])),
  };
}

/** @throws {StoreError} damaged if the ring does not open, or its digest of the slot is another one */
export function keysOfSlot(opening: Opening, ringValue: Uint8Array, slotValue: Uint8Array): Keys {
  const keys = keysOf(opening, ringValue);
  if (keys === undefined) throw damagedRing();
  const entry = keys.ring.slots.find(({ slot }) => slot === opening.slot);
  if (entry !== undefined && equalBytes(entry.digest, digestOf(slotValue))) return keys;
  throw new StoreError('damaged', 'A slot of this store was tampered with or rolled back to an older state.');
}

/** A slot of the store, without its secrets. */
export interface SlotInfo extends Pick<SlotEntry, 'slot' | 'kind' | 'label' | 'created'> {
  /** Whether this process opened the store with this slot. */
  readonly openedWith: boolean;
}

/** A data key, without its bytes. */
export interface KeyInfo extends Pick<DataKey, 'number' | 'created'> {
  /** Whether this key seals new records. The others only open existing ones. */
  readonly active: boolean;
}

/** The slots and data keys of a store, as `keys.status()` reports them. */
export interface KeyStatus {
  /** Increases with every change of the ring. */
  readonly ringVersion: bigint;
  /** Unix seconds. */
  readonly created: number;
  readonly keys: readonly KeyInfo[];
  readonly slots: readonly SlotInfo[];
}

export function statusOf({ ring, active, slot: own }: Keys): KeyStatus {
  const keys = ring.keys.map(({ number, created }) => ({ number, created, active: number === active }));
  const slots = ring.slots.map(({ slot, kind, label, created }) => {
    return { slot, kind, label, created, openedWith: slot === own };
  });
  return { ringVersion: ring.version, created: ring.created, keys, slots };
}
