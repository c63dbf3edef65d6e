/**
 * The ring as held by this process: the root key, the slot that opened the store, and the keys of the ring
 * last read.
 *
 * Another process may replace the ring at any time. A commit based on the old ring fails its first check, and
 * `reload` then fetches the new one. It opens it with the root key or, if that was replaced too, through the
 * follower's row or the slot key.
 */

import type { Backend, Check, Put } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { closedStore, StoreError } from '../errors.ts';
import { followerKey, RING_KEY, slotKey } from '../layout.ts';
import type { Aead } from '../sealing/aead.ts';
import { aeadOf } from '../sealing/seal.ts';
import { type Follower, takeRoot } from './follower.ts';
import { damagedRing, openRing, type Ring, type RingContent, readRingHeader, sealRing } from './ring.ts';
import { digestOf, openSlot } from './slot.ts';

/** The keys obtained by unlocking a slot. */
export interface Opening {
  readonly slot: number;
  readonly slotKey: Uint8Array;
  readonly root: Uint8Array;
}

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

/** A replacement of the ring, with other writes of the same commit. */
export interface RingChange {
  readonly ring: Partial<RingContent>;
  /** Further checks of the same commit. If one fails, the change ends with `conflict`. */
  readonly checks?: readonly Check[] | undefined;
  readonly writes?: readonly Put[] | undefined;
  /** The parts of `Opening` that change with this commit. */
  readonly opening?: Partial<Opening> | undefined;
}

/**
 * How many times an operation restarts because another process replaced the ring. 64 processes that start at
 * once can need this many.
 */
export const RING_ATTEMPTS = 128;

/** Keeps the keys of a store up to date and replaces its ring. */
export class Keyring {
  readonly #backend: Backend;
  #keys: Keys | undefined;
  #reloading: Promise<void> | undefined;
  readonly #moved: 'refused' | 'accepted';
  #follower: Follower | undefined;

  /** @param moved whether a ring in state `moved` is accepted; only a move to another place does that */
  constructor(backend: Backend, keys: Keys, moved: 'refused' | 'accepted' = 'refused') {
    this.#backend = backend;
    this.#keys = keys;
    this.#moved = moved;
    if (moved === 'refused') refuseMoved(keys);
  }

  get keys(): Keys {
    if (this.#keys === undefined) throw closedStore();
    return this.#keys;
  }

  /** The key pair of this process as a follower. Set before it is added to the ring. */
  get follower(): Follower | undefined {
    return this.#follower;
  }

  set follower(follower: Follower | undefined) {
    this.#follower?.secret.fill(0);
    this.#follower = follower;
  }

  /**
   * Reads the ring again.
   *
   * @throws {StoreError} locked_out
   * @throws {StoreError} moved
   * @throws {StoreError} damaged
   * @throws {StoreError} not_a_store
   */
  async reload(): Promise<void> {
    this.#reloading ??= this.#reload().finally(() => {
      this.#reloading = undefined;
    });
    await this.#reloading;
  }

  async #reload(): Promise<void> {
    const before = this.keys;
    const found = await rereadKeys(this.#backend, before, this.#follower);
    const now = this.#keys;
    // The store may have been closed meanwhile, or this process may have written a newer ring.
    if (now === undefined || now.ring.version > before.ring.version) return;
    if (!equalBytes(found.ring.storeId, before.ring.storeId))
      throw new StoreError('locked_out', 'This store was replaced by another one. Open it again.');
    if (found.ring.version < before.ring.version)
      throw new StoreError('damaged', 'The key ring of this store was rolled back to an older state.');
    if (this.#moved === 'refused') refuseMoved(found);
    this.#keys = found;
  }

  /** Reloads the ring and returns whether it differs from the ring of `keys`. Throws as `reload` does. */
  async isOutdated({ ring }: Keys): Promise<boolean> {
    await this.reload();
    return this.keys.ring.version !== ring.version;
  }

  /** Replaces the ring. `make` is called again when another process replaced it first. */
  async change(make: (keys: Keys) => Promise<RingChange>): Promise<void> {
    for (let attempt = 0; attempt < RING_ATTEMPTS; attempt += 1) {
      const { keys, change } = await this.#make(make);
      const { ring, checks = [], writes = [], opening = {} } = change;
      const after = { slot: keys.slot, slotKey: keys.slotKey, root: keys.root, ...opening };
      const value = sealRing(after.root, { ...keys.ring, ...ring, version: keys.ring.version + 1n });
      const outcome = await this.#backend.commit({
        checks: [keys.check, ...checks],
        writes: [{ key: RING_KEY, value }, ...writes],
        durable: true,
      });
      if (outcome.committed) {
        this.#keys = keysOf(after, value);
        return;
      }
      if (outcome.failed > 0)
        throw new StoreError('conflict', 'A record was changed by another process meanwhile.', {
          write: outcome.failed - 1,
        });
      await this.reload();
    }
    throw busyRing();
  }

  /** Runs `make` again if it failed because another process replaced the ring or its slots meanwhile. */
  async #make(
    make: (keys: Keys) => Promise<RingChange>,
    attempts = RING_ATTEMPTS,
  ): Promise<{ readonly keys: Keys; readonly change: RingChange }> {
    const { keys } = this;
    try {
      return { keys, change: await make(keys) };
    } catch (error) {
      await this.reload();
      if (attempts === 1 || this.keys.ring.version === keys.ring.version) throw error;
      return await this.#make(make, attempts - 1);
    }
  }

  /** Overwrites the keys. Later uses throw `closed`. */
  close(): void {
    const keys = this.#keys;
    this.#keys = undefined;
    this.follower = undefined;
    if (keys === undefined) return;
    for (const key of [keys.root, keys.slotKey, keys.ring.identity]) key.fill(0);
    for (const { key } of keys.ring.keys) key.fill(0);
  }
}

/** @throws {StoreError} moved */
export function refuseMoved({ ring }: Keys): void {
  if (ring.state === 'moved')
    throw new StoreError('moved', 'This store was moved to another place. Use the copy there.');
}

export function busyRing(): StoreError {
  return new StoreError('backend_gone', 'The key ring changes faster than it can be read. Try again.');
}

/**
 * Opens the ring with an unlocked slot.
 *
 * @param slotValue the stored slot, to be checked against the digest in the ring
 * @throws {StoreError} damaged if the ring does not open, or the slot does not match it
 */
export function keysOf(opening: Opening, ringValue: Uint8Array, slotValue?: Uint8Array): Keys {
  const ring = openRing(opening.root, ringValue);
  const active = ring?.keys.at(-1);
  if (ring === undefined || active === undefined) throw damagedRing();
  const entry = ring.slots.find(({ slot }) => slot === opening.slot);
  if (slotValue !== undefined && !(entry && equalBytes(entry.digest, digestOf(slotValue))))
    throw new StoreError(
      'damaged',
      'A slot of this store was tampered with or rolled back to an older state.',
    );
  const activeKey = aeadOf(active.key);
  const retired = ring.keys.slice(0, -1).map(({ number, key }): [number, Aead] => [number, aeadOf(key)]);
  return {
    ...opening,
    ring,
    check: { key: RING_KEY, starts: ringValue },
    active: active.number,
    activeKey,
    byNumber: new Map([...retired, [active.number, activeKey]]),
  };
}

/** The ring and the slot are read separately; if the ring changed in between, reads both again. */
async function rereadKeys(backend: Backend, before: Keys, follower: Follower | undefined): Promise<Keys> {
  for (let attempt = 1; ; attempt += 1) {
    const ringValue = await backend.read(RING_KEY);
    if (ringValue === undefined) throw new StoreError('not_a_store', 'The store was removed.');
    if (equalBytes(ringValue, before.check.starts ?? new Uint8Array(0))) return before;
    try {
      if (openRing(before.root, ringValue) !== undefined) return keysOf(before, ringValue);
      return (
        (await followedKeys(backend, ringValue, before, follower)) ??
        (await slotKeys(backend, ringValue, before))
      );
    } catch (error) {
      const ringNow = await backend.read(RING_KEY);
      if (attempt === RING_ATTEMPTS || (ringNow && equalBytes(ringNow, ringValue))) throw error;
    }
  }
}

async function followedKeys(
  backend: Backend,
  ringValue: Uint8Array,
  before: Keys,
  follower: Follower | undefined,
): Promise<Keys | undefined> {
  const row = follower && (await backend.read(followerKey(follower.id)));
  if (follower === undefined || row === undefined) return undefined;
  const root = await takeRoot(readRingHeader(ringValue).storeId, follower, row);
  if (root === undefined || openRing(root, ringValue) === undefined) return undefined;
  return keysOf({ slot: before.slot, slotKey: before.slotKey, root }, ringValue);
}

async function slotKeys(backend: Backend, ringValue: Uint8Array, before: Keys): Promise<Keys> {
  const slotValue = await backend.read(slotKey(before.slot));
  const place = { storeId: readRingHeader(ringValue).storeId, slot: before.slot };
  const opened = slotValue && (await openSlot(place, slotValue, before.slotKey));
  if (slotValue === undefined || opened === undefined)
    throw new StoreError(
      'locked_out',
      'This store has a new root key, and the slot that opened it was removed or changed. Open it again.',
    );
  return keysOf({ slot: before.slot, slotKey: opened.key, root: opened.root }, ringValue, slotValue);
}
