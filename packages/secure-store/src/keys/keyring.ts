/**
 * The ring as held by this process: the root key, the slot that opened the store, and the keys of the ring
 * last read.
 *
 * Another process may replace the ring at any time. A commit based on the old ring fails its first check, and
 * `reload` then fetches the new one. It opens it with the root key or, if that was replaced too, through the
 * follower's row or the slot key.
 */
import type { Backend, Batch, Put } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { closedStore, StoreError } from '../errors.ts';
import { followerKey, RING_KEY, slotKey } from '../layout.ts';
import { type Follower, takeRoot } from './follower.ts';
import { type Keys, keysOf, keysOfSlot } from './keys.ts';
import { type RingContent, readRingHeader, sealRing } from './ring.ts';
import { type Opening, openSlot } from './slot.ts';

/** The checks and writes of a commit. */
export type Parts = Pick<Batch, 'checks' | 'writes'>;

/** A replacement of the ring, with other checks and writes of the same commit. */
export interface RingChange extends Partial<Parts> {
  readonly ring: Partial<RingContent>;
  /** The parts of `Opening` that change with this commit. */
  readonly opening?: Partial<Opening> | undefined;
}

/** How often an operation restarts because the ring was replaced: 64 processes that start at once can need that. */
const RING_ATTEMPTS = 128;

/** Keeps the keys of a store up to date and replaces its ring. */
export class Keyring {
  readonly backend: Backend;
  /** The key pair of this process as a follower. Set before it is added to the ring. */
  follower: Follower | undefined;
  #keys: Keys | undefined;
  #reloading: Promise<void> | undefined;
  readonly #moved: 'refused' | 'accepted';

  /** @param moved whether a ring in state `moved` is accepted; only a move to another place does that */
  constructor(backend: Backend, keys: Keys, moved: 'refused' | 'accepted' = 'refused') {
    this.backend = backend;
    this.#moved = moved;
    this.#keys = this.#accepted(keys);
  }

  get keys(): Keys {
    if (this.#keys === undefined) throw closedStore();
    return this.#keys;
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
    const found = await withRing(this.backend, removedStore, (value) => this.#reopen(before, value));
    const now = this.#keys;
    // The store may have been closed meanwhile, or this process may have written a newer ring.
    if (now === undefined || now.ring.version > before.ring.version) return;
    if (!equalBytes(found.ring.storeId, before.ring.storeId))
      throw new StoreError('locked_out', 'This store was replaced by another one. Open it again.');
    if (found.ring.version < before.ring.version)
      throw new StoreError('damaged', 'The key ring of this store was rolled back to an older state.');
    this.#keys = this.#accepted(found);
  }

  async #reopen(before: Keys, ringValue: Uint8Array): Promise<Keys> {
    if (equalBytes(ringValue, before.check.starts ?? new Uint8Array(0))) return before;
    const { backend, follower } = this;
    const { storeId } = readRingHeader(ringValue);
    const unchanged = keysOf(before, ringValue);
    if (unchanged !== undefined) return unchanged;
    const row = follower && (await backend.read(followerKey(follower.id)));
    const root = row && (await takeRoot(storeId, follower, row));
    const followed = root && keysOf({ ...before, root }, ringValue);
    if (followed !== undefined) return followed;
    const { slot } = before;
    const slotValue = await backend.read(slotKey(slot));
    const opening = slotValue && (await openSlot({ storeId, slot }, slotValue, before.slotKey));
    if (slotValue && opening) return keysOfSlot(opening, ringValue, slotValue);
    throw new StoreError(
      'locked_out',
      'This store has a new root key, and the slot that opened it was removed or changed. Open it again.',
    );
  }

  /** @throws {StoreError} moved */
  #accepted(keys: Keys): Keys {
    if (keys.ring.state === 'moved' && this.#moved === 'refused')
      throw new StoreError('moved', 'This store was moved to another place. Use the copy there.');
    return keys;
  }

  /** Reloads the ring and returns whether it differs from the ring of `keys`. Throws as `reload` does. */
  async isOutdated({ ring }: Keys): Promise<boolean> {
    await this.reload();
    return this.keys.ring.version !== ring.version;
  }

  /**
   * Commits what `make` returns, on the condition that the stored ring is the one that it was made with. Calls `make`
   * again when another process replaced the ring first.
   *
   * @throws {StoreError} conflict with the index of the check that did not hold
   */
  async commit<T extends Parts>(make: (keys: Keys) => T | Promise<T>, durable: boolean): Promise<T> {
    for (let attempt = 0; attempt < RING_ATTEMPTS; attempt += 1) {
      const { keys } = this;
      let made: T;
      try {
        made = await make(keys);
      } catch (error) {
        // It may have failed because another process replaced the ring or its slots meanwhile.
        if (await this.isOutdated(keys)) continue;
        throw error;
      }
      const { checks, writes } = made;
      const outcome = await this.backend.commit({ checks: [keys.check, ...checks], writes, durable });
      if (outcome.committed) return made;
      if (outcome.failed > 0)
        throw new StoreError('conflict', 'A record was changed by another writer meanwhile.', {
          write: outcome.failed - 1,
        });
      await this.reload();
    }
    throw busyRing();
  }

  /** Replaces the ring, and deletes the rows of the slots and followers that it no longer contains. */
  async change(make: (keys: Keys) => Promise<RingChange>): Promise<void> {
    const { opening, value } = await this.commit(async (keys) => {
      const { ring, checks = [], writes = [], opening: changed } = await make(keys);
      const opening = { slot: keys.slot, slotKey: keys.slotKey, root: keys.root, ...changed };
      const next = { ...keys.ring, ...ring, version: keys.ring.version + 1n };
      const value = sealRing(opening.root, next);
      const removed = rowsRemoved(keys.ring, next);
      return { opening, value, checks, writes: [{ key: RING_KEY, value }, ...removed, ...writes] };
    }, true);
    this.#keys = keysOf(opening, value);
  }

  /** Overwrites the keys. Later uses throw `closed`. */
  close(): void {
    const keys = this.#keys;
    this.#keys = undefined;
    this.follower?.secret.fill(0);
    this.follower = undefined;
    if (keys === undefined) return;
    for (const key of [keys.root, keys.slotKey, keys.ring.identity]) key.fill(0);
    for (const { key } of keys.ring.keys) key.fill(0);
  }
}

function rowsRemoved(before: RingContent, after: RingContent): Put[] {
  const slots = before.slots.filter(({ slot }) => after.slots.every((kept) => kept.slot !== slot));
  const followers = before.followers.filter(({ id }) =>
    after.followers.every((kept) => !equalBytes(kept.id, id)),
  );
  const keys = [...slots.map(({ slot }) => slotKey(slot)), ...followers.map(({ id }) => followerKey(id))];
  return keys.map((key) => ({ key, value: undefined }));
}

/**
 * Calls `open` with the stored ring. What belongs to the ring is read separately; if the ring was replaced in
 * between, both are read again.
 *
 * @param missing returns the error when there is no ring
 */
export async function withRing<T>(
  backend: Backend,
  missing: (backend: Backend) => StoreError | Promise<StoreError>,
  open: (ringValue: Uint8Array) => Promise<T>,
  attempts: number = RING_ATTEMPTS,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const ringValue = await backend.read(RING_KEY);
    if (ringValue === undefined) throw await missing(backend);
    try {
      return await open(ringValue);
    } catch (error) {
      const ringNow = await backend.read(RING_KEY);
      if (attempt === attempts || (ringNow && equalBytes(ringNow, ringValue))) throw error;
    }
  }
}

export function removedStore(): StoreError {
  return new StoreError('not_a_store', 'The store was removed.');
}

export function busyRing(): StoreError {
  return new StoreError('backend_gone', 'The key ring changes faster than it can be read. Try again.');
}
