/** The slots and data keys of a store, without secrets. */
import type { Keys } from './keys.ts';
import type { DataKey, SlotEntry } from './ring.ts';

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

/** Returns the status of a ring. */
export function statusOf({ ring, active, slot: own }: Keys): KeyStatus {
  const keys = ring.keys.map(({ number, created }) => ({ number, created, active: number === active }));
  const slots = ring.slots.map(({ slot, kind, label, created }) => {
    return { slot, kind, label, created, openedWith: slot === own };
  });
  return { ringVersion: ring.version, created: ring.created, keys, slots };
}
