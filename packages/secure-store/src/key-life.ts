/**
 * The life of the keys, as an administrator sees it. Everything here happens in one commit that replaces the ring, and may
 * happen while other processes work: they read the new ring at their next commit, or when a record needs it.
 *
 * What each step takes from somebody who got hold of something earlier:
 *
 * - another passphrase: the old one opens the store no more. Who opened it before may have kept the root key.
 * - another root key (also whenever a slot is removed): a kept root key opens the ring no more; what is written from now on is
 *   sealed with a new data key, and so is all the rest once `reseal` is through.
 * - rotation: a new data key, and everything sealed again.
 */
import type { Backend, Put } from './backend.ts';
import { equalBytes } from './bytes.ts';
import { StoreError } from './errors.ts';
import { type Argon2Cost, DEFAULT_COST } from './kdf.ts';
import type { Keyring, Keys } from './keyring.ts';
import { slotKey } from './layout.ts';
import { randomBytes } from './platform.ts';
import type { Records } from './records.ts';
import { type ResealOptions, type ResealReport, reseal } from './reseal.ts';
import { checkLabel, type DataKey, newDataKey, type SlotEntry } from './ring.ts';
import {
  digestOf,
  fillSlot,
  kindOf,
  leaveTransfer,
  MOST_SLOTS,
  openSlot,
  preparedOf,
  prepareSlot,
  type SlotKind,
  type Unlock,
} from './slot.ts';
import { MOST_USES } from './uses.ts';

export interface SlotInfo {
  readonly slot: number;
  readonly kind: SlotKind;
  readonly label: string;
  /** Unix seconds; a change of passphrase makes it new. */
  readonly created: number;
  /** Whether this store was opened with it. */
  readonly openedWith: boolean;
}

export interface KeyInfo {
  readonly number: number;
  /** Unix seconds. */
  readonly created: number;
  /** The one that seals; the others only open. */
  readonly active: boolean;
  /** At most so many records were sealed with it. */
  readonly uses: number;
  /** How many may be, by RFC 8452 §9. */
  readonly mostUses: number;
}

export interface KeyStatus {
  /** Grows with every change of the ring. */
  readonly ringVersion: bigint;
  /** Unix seconds. */
  readonly created: number;
  readonly keys: readonly KeyInfo[];
  readonly slots: readonly SlotInfo[];
}

export type NewSlotOptions = Unlock & {
  /** What people call it: at most 200 characters. */
  readonly label: string;
  readonly kdf?: Argon2Cost | undefined;
};

export type ChangeOptions = Unlock & {
  /** Default: the slot that this store was opened with. */
  readonly slot?: number | undefined;
  readonly kdf?: Argon2Cost | undefined;
};

export class KeyLife {
  readonly #backend: Backend;
  readonly #keyring: Keyring;
  readonly #records: Records;
  readonly #now: () => number;

  constructor(backend: Backend, keyring: Keyring, records: Records, now: () => number) {
    this.#backend = backend;
    this.#keyring = keyring;
    this.#records = records;
    this.#now = now;
  }

  async status(): Promise<KeyStatus> {
    await this.#keyring.reload();
    const { ring, active, slot: own } = this.#keyring.keys;
    const keys: KeyInfo[] = [];
    for (const { number, created } of ring.keys) {
      const uses = await this.#records.uses.count(number);
      keys.push({ number, created, active: number === active, uses, mostUses: MOST_USES });
    }
    const slots = ring.slots.map(({ slot, kind, label, created }) => {
      return { slot, kind, label, created, openedWith: slot === own };
    });
    return { ringVersion: ring.version, created: ring.created, keys, slots };
  }

  /** Another passphrase or key file for a slot, at once. @throws RangeError when there is no such slot */
  async changePassphrase({ slot: given, kdf = DEFAULT_COST, ...unlock }: ChangeOptions): Promise<void> {
    const prepared = await prepareSlot(unlock, kdf);
    await this.#keyring.change(async (keys) => {
      const slot = given ?? keys.slot;
      const entry = entryOf(keys, slot);
      const { value, point } = await fillSlot(placeIn(keys, slot), prepared, keys.root);
      const changed = {
        ...entry,
        kind: kindOf(unlock),
        created: this.#now(),
        point,
        digest: digestOf(value),
      };
      return {
        ring: { slots: keys.ring.slots.map((other) => (other.slot === slot ? changed : other)) },
        writes: [{ key: slotKey(slot), value }],
        ...(slot === keys.slot ? { opening: { slotKey: prepared.key } } : {}),
      };
    });
  }

  /** @returns the number of the new slot. @throws RangeError when there are 64 */
  async addSlot({ label, kdf = DEFAULT_COST, ...unlock }: NewSlotOptions): Promise<number> {
    checkLabel(label);
    const prepared = await prepareSlot(unlock, kdf);
    let slot = 0;
    await this.#keyring.change(async (keys) => {
      if (keys.ring.slots.length === MOST_SLOTS)
        throw new RangeError(`"slots" expected at most ${MOST_SLOTS}: remove one first`);
      slot = keys.ring.nextSlot;
      const { value, point } = await fillSlot(placeIn(keys, slot), prepared, keys.root);
      const entry: SlotEntry = {
        slot,
        kind: kindOf(unlock),
        label,
        created: this.#now(),
        point,
        digest: digestOf(value),
      };
      return {
        ring: { slots: [...keys.ring.slots, entry], nextSlot: slot + 1 },
        writes: [{ key: slotKey(slot), value }],
      };
    });
    return slot;
  }

  /**
   * Removes a slot and makes a new root key and a new data key; the other slots go on opening the store, with nothing asked
   * of their owners. `reseal` afterwards brings the old records under the new key.
   *
   * @throws StoreError `last_slot`; RangeError when there is no such slot
   */
  async removeSlot(slot: number): Promise<void> {
    await this.#keyring.change(async (keys) => {
      entryOf(keys, slot);
      const rest = keys.ring.slots.filter((entry) => entry.slot !== slot);
      if (rest.length === 0)
        throw new StoreError('last_slot', 'This is the last slot. Add another one first.');
      const change = await this.#newRoot(keys, rest);
      return { ...change, writes: [...change.writes, { key: slotKey(slot), value: undefined }] };
    });
  }

  /** A new root key and a new data key; every slot goes on opening the store. */
  async rotateRoot(): Promise<void> {
    await this.#keyring.change((keys) => this.#newRoot(keys, keys.ring.slots));
  }

  /** A new data key, and then `reseal`. */
  async rotate(options: ResealOptions = {}): Promise<ResealReport> {
    await this.#keyring.change(async ({ ring }) => ({ ring: { keys: this.#withNewKey(ring.keys) } }));
    return await this.reseal(options);
  }

  /**
   * Brings every record under the key that seals now and deletes the keys that are then unused; also the way to finish a
   * rotation that was cut short. Does nothing when there is only one key.
   */
  async reseal(options: ResealOptions = {}): Promise<ResealReport> {
    return await reseal(this.#backend, this.#keyring, this.#records, options);
  }

  #withNewKey(keys: readonly DataKey[]): readonly DataKey[] {
    const last = Math.max(...keys.map(({ number }) => number));
    return [...keys, newDataKey(last + 1, this.#now())];
  }

  async #newRoot(keys: Keys, slots: readonly SlotEntry[]) {
    const root = randomBytes(32);
    const writes: Put[] = [];
    const entries: SlotEntry[] = [];
    for (const entry of slots) {
      const before = await this.#backend.read(slotKey(entry.slot));
      if (before === undefined || !equalBytes(digestOf(before), entry.digest)) throw damagedSlot(entry);
      const { value, point } = await withRoot(keys, entry, before, root);
      writes.push({ key: slotKey(entry.slot), value });
      entries.push({ ...entry, point, digest: digestOf(value) });
    }
    const ring = { keys: this.#withNewKey(keys.ring.keys), slots: entries };
    return { ring, writes, opening: { root } };
  }
}

/** The slot that this process opened is filled anew; in the others the root key is left for whoever opens them. */
async function withRoot(keys: Keys, { slot, point }: SlotEntry, before: Uint8Array, root: Uint8Array) {
  const place = placeIn(keys, slot);
  if (slot === keys.slot && (await openSlot(place, before, keys.slotKey)) !== undefined)
    return await fillSlot(place, preparedOf(before, keys.slotKey), root);
  return { value: await leaveTransfer(place, before, point, root), point };
}

function placeIn({ ring }: Keys, slot: number) {
  return { storeId: ring.storeId, slot };
}

function entryOf({ ring }: Keys, slot: number): SlotEntry {
  const entry = ring.slots.find((other) => other.slot === slot);
  if (entry === undefined) throw new RangeError(`"slot" expected the number of a slot, got ${slot}`);
  return entry;
}

function damagedSlot({ slot }: SlotEntry): StoreError {
  return new StoreError(
    'damaged',
    `Slot ${slot} was damaged or tampered with. Remove it, or give it another passphrase, before the keys change.`,
  );
}
