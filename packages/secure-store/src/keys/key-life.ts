/**
 * Key management for administrators: passphrases, slots and rotation. Every change is one commit that
 * replaces the ring, together with the records from `together`. It can happen while other processes work:
 * they read the new ring at their next commit, or when a record needs it.
 *
 * After a new passphrase, the removal of a slot or a new root key, the old root key, and whatever unlocked it, no
 * longer opens the ring. New writes use a new data key, and after `reseal` every record does. Until then, unchanged
 * records still open with the old data key, which an attacker may have obtained earlier.
 */
import type { Argon2Cost } from '@countersign/argon2id';
import { isLostTo } from '../backend.ts';
import { StoreError } from '../errors.ts';
import { slotKey } from '../layout.ts';
import { Write } from '../records/write.ts';
import { follow, unfollow } from './following.ts';
import { DEFAULT_COST } from './kdf.ts';
import type { Keyring, RingChange } from './keyring.ts';
import { type KeyStatus, type Keys, statusOf } from './keys.ts';
import { type ResealReport, type ResealWork, reseal } from './reseal.ts';
import { checkLabel, type SlotEntry } from './ring.ts';
import { newRoot, withNewKey } from './root.ts';
import { fillSlot, kindOf, MOST_SLOTS, prepareSlot, type Unlock } from './slot.ts';

/**
 * Returns writes to collections of the same store, to be included in the same commit. It can be called
 * several times, when other processes change the keys concurrently.
 *
 * @param slot the number of the slot that changes, or of the slot that opened this store
 * @param deletedKeys the numbers of the data keys that this commit of `reseal` deletes
 */
export type Together = (
  slot: number,
  deletedKeys?: readonly number[],
) => readonly Write[] | Promise<readonly Write[]>;

/** Records to commit together with a change of the keys. */
export interface TogetherOptions {
  readonly together?: Together | undefined;
}

/** Options of `reseal` and `rotate`. */
export type ResealOptions = ResealWork & TogetherOptions;

/** Options of `addSlot`: what unlocks the new slot, and its label. */
export type NewSlotOptions = Unlock &
  TogetherOptions & {
    /** The name shown to users, at most 200 characters. */
    readonly label: string;
    readonly kdf?: Argon2Cost | undefined;
  };

/** Options of `changePassphrase`: what unlocks the slot from now on. */
export type ChangeOptions = Unlock &
  TogetherOptions & {
    /** Default: the slot that opened this store. */
    readonly slot?: number | undefined;
    readonly kdf?: Argon2Cost | undefined;
  };

interface Change extends RingChange {
  /** For `together`; the slot that opened this store by default. */
  readonly slot?: number | undefined;
  readonly deletedKeys?: readonly number[] | undefined;
}

/** Manages the passphrases, slots and keys of an open store; available as `store.keys`. */
export class KeyLife {
  readonly #keyring: Keyring;
  readonly #now: () => number;

  constructor(keyring: Keyring, now: () => number) {
    this.#keyring = keyring;
    this.#now = now;
  }

  /** Reads the ring again and lists its slots and data keys. */
  async status(): Promise<KeyStatus> {
    await this.#keyring.reload();
    return statusOf(this.#keyring.keys);
  }

  /**
   * Replaces the passphrase or key file of a slot, the root key and the data key. The other slots, and the
   * followers of this one, keep their access. Call `reseal` afterwards to put the old records under the new
   * key.
   *
   * @throws {RangeError} if the slot does not exist
   */
  async changePassphrase({
    slot: given,
    kdf = DEFAULT_COST,
    together,
    ...unlock
  }: ChangeOptions): Promise<void> {
    const prepared = await prepareSlot(unlock, kdf);
    await this.#change(together, async (keys) => {
      const slot = given ?? keys.slot;
      const changed = { ...entryOf(keys, slot), kind: kindOf(unlock), created: this.#now() };
      const slots = keys.ring.slots.map((other) => (other.slot === slot ? changed : other));
      const change = await newRoot(this.#keyring.backend, keys, slots, this.#now(), { slot, prepared });
      return { ...change, slot };
    });
  }

  /**
   * Adds a slot: another passphrase or key file that opens the store.
   *
   * @returns the number of the new slot
   * @throws {RangeError} if the store has 64 slots already
   */
  async addSlot({ label, kdf = DEFAULT_COST, together, ...unlock }: NewSlotOptions): Promise<number> {
    checkLabel(label);
    const prepared = await prepareSlot(unlock, kdf);
    let slot = 0;
    await this.#change(together, async ({ ring, root }) => {
      if (ring.slots.length === MOST_SLOTS)
        throw new RangeError(`"slots" expected at most ${MOST_SLOTS}: remove one first`);
      slot = ring.nextSlot;
      const { value, point, digest } = await fillSlot({ storeId: ring.storeId, slot }, prepared, root);
      const entry = { slot, kind: kindOf(unlock), label, created: this.#now(), point, digest };
      const writes = [{ key: slotKey(slot), value }];
      return { ring: { slots: [...ring.slots, entry], nextSlot: slot + 1 }, writes, slot };
    });
    return slot;
  }

  /**
   * Removes a slot and replaces the root key and the data key. The followers of the slot are locked out. The
   * other slots keep working, and their owners need not do anything. Call `reseal` afterwards to put the old
   * records under the new key.
   *
   * @throws {StoreError} last_slot
   * @throws {RangeError} if the slot does not exist
   */
  async removeSlot(slot: number, { together }: TogetherOptions = {}): Promise<void> {
    await this.#change(together, async (keys) => {
      entryOf(keys, slot);
      const rest = keys.ring.slots.filter((entry) => entry.slot !== slot);
      if (rest.length === 0)
        throw new StoreError('last_slot', 'This is the last slot. Add another one first.');
      return { ...(await newRoot(this.#keyring.backend, keys, rest, this.#now())), slot };
    });
  }

  /** Replaces the root key and the data key. Every slot keeps working. */
  async rotateRoot({ together }: TogetherOptions = {}): Promise<void> {
    await this.#change(together, (keys) =>
      newRoot(this.#keyring.backend, keys, keys.ring.slots, this.#now()),
    );
  }

  /** Adds a data key, then reseals. `together` is committed with the new key. */
  async rotate({ together, ...options }: ResealOptions = {}): Promise<ResealReport> {
    await this.addKey({ together });
    return await this.reseal(options);
  }

  /** Adds a data key that seals new records from now on. `reseal` puts the old records under it. */
  async addKey({ together }: TogetherOptions = {}): Promise<void> {
    await this.#change(together, async ({ ring }) => {
      return { ring: { keys: withNewKey(ring.keys, this.#now()) } };
    });
  }

  /**
   * Reseals every record with the active data key and deletes the keys that are then unused. Also finishes an
   * interrupted rotation. Does nothing when there is only one key. `together` is committed whenever keys are
   * deleted.
   */
  async reseal({ together, ...options }: ResealOptions = {}): Promise<ResealReport> {
    return await reseal(this.#keyring, options, async (unused) => {
      await this.#change(together, async ({ ring, active }) => {
        const kept = ring.keys.filter(({ number }) => number === active || !unused.includes(number));
        return { ring: { keys: kept }, deletedKeys: unused };
      });
    });
  }

  /**
   * Makes this process a follower, which keeps access through every key change except the removal of its
   * slot, and checks that the store is still in place. Call it at startup and then every few seconds: it
   * reads one row, and writes only to add or renew the entry. `isLost` tells whether an error is final.
   *
   * @throws {StoreError} locked_out
   * @throws {StoreError} moved
   * @throws {StoreError} as `Backend`
   */
  async follow(): Promise<void> {
    await follow(this.#keyring, this.#now());
  }

  /** Removes this process from the followers. Does nothing if it is not a follower. */
  async unfollow(): Promise<void> {
    await unfollow(this.#keyring);
  }

  /**
   * Returns whether this error means that the store is permanently lost to this process: moved, removed,
   * rolled back or locked. For a store on a server, only errors from the key ring itself are final.
   */
  isLost(error: unknown): boolean {
    return isLostTo(this.#keyring.backend, error);
  }

  /** Replaces the ring in one commit with the records from `together`. */
  async #change(together: Together = () => [], make: (keys: Keys) => Promise<Change>): Promise<void> {
    await this.#keyring.change(async (keys) => {
      const { slot = keys.slot, deletedKeys = [], ...change } = await make(keys);
      const { checks, writes } = Write.seal(this.#keyring, keys, await together(slot, deletedKeys));
      return { ...change, checks, writes: [...(change.writes ?? []), ...writes] };
    });
  }
}

function entryOf({ ring }: Keys, slot: number): SlotEntry {
  const entry = ring.slots.find((other) => other.slot === slot);
  if (entry === undefined) throw new RangeError(`"slot" expected the number of a slot, got ${slot}`);
  return entry;
}
