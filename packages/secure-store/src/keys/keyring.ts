/**
 * The ring as this process holds it: the root key, the slot that opened the store, and the keys of the last ring read.
 *
 * Another process may replace the ring at any time. A commit with the old one fails its first check and `reload` gets
 * the new one: with the root key, or, when that is a new one too, by what was left for a follower, or by the slot key.
 */

import type { Backend, Check, Put } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { followerKey, RING_KEY, slotKey } from '../layout.ts';
import type { Aead } from '../sealing/aead.ts';
import { aeadOf } from '../sealing/seal.ts';
import { type Follower, takeRoot } from './follower.ts';
import { damagedRing, openRing, type Ring, type RingContent, readRingHeader, sealRing } from './ring.ts';
import { digestOf, openSlot } from './slot.ts';

/** What a slot gave when it was opened. */
export interface Opening {
  readonly slot: number;
  readonly slotKey: Uint8Array;
  readonly root: Uint8Array;
}

export interface Keys extends Opening {
  readonly ring: Ring;
  /** That the ring is still this one. */
  readonly check: Check;
  /** The key that seals, and its number. */
  readonly active: number;
  readonly activeKey: Aead;
  readonly byNumber: ReadonlyMap<number, Aead>;
}

export interface RingChange {
  readonly ring: Partial<RingContent>;
  /** Of the same commit; a check that does not hold ends the change with `conflict`. */
  readonly checks?: readonly Check[];
  readonly writes?: readonly Put[];
  /** What of the opening is another afterwards. */
  readonly opening?: Partial<Opening>;
}

/** How often anything starts again because another process replaced the ring meanwhile: as when 64 start at once. */
export const RING_ATTEMPTS = 128;

export class Keyring {
  readonly #backend: Backend;
  #keys: Keys | undefined;
  #reloading: Promise<void> | undefined;
  readonly #moved: 'refused' | 'accepted';
  #follower: Follower | undefined;

  /** @param moved whether the ring of a place that was left may be read, as only moving does */
  constructor(backend: Backend, keys: Keys, moved: 'refused' | 'accepted' = 'refused') {
    this.#backend = backend;
    this.#keys = keys;
    this.#moved = moved;
    if (moved === 'refused') refuseMoved(keys);
  }

  get keys(): Keys {
    if (this.#keys === undefined) throw new StoreError('closed', 'This store was closed.');
    return this.#keys;
  }

  /** What this process follows new root keys with; set before it is entered in the ring. */
  get follower(): Follower | undefined {
    return this.#follower;
  }

  set follower(follower: Follower | undefined) {
    this.#follower?.secret.fill(0);
    this.#follower = follower;
  }

  /** @throws StoreError `locked_out`, `moved`, `damaged`, `not_a_store` */
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
    // Meanwhile this process may have been closed, or have made a newer ring itself.
    if (now === undefined || now.ring.version > before.ring.version) return;
    if (!equalBytes(found.ring.storeId, before.ring.storeId))
      throw new StoreError('locked_out', 'Another store was put in the place of this one. Open it again.');
    if (found.ring.version < before.ring.version)
      throw new StoreError('damaged', 'The key ring of this store was put back to an older state.');
    if (this.#moved === 'refused') refuseMoved(found);
    this.#keys = found;
  }

  /** Whether there is another ring than the one of these keys, which is read then. @throws StoreError as `reload` */
  async isOutdated({ ring }: Keys): Promise<boolean> {
    await this.reload();
    return this.keys.ring.version !== ring.version;
  }

  /** Replaces the ring, at once for everybody. `make` is called again when another process was faster. */
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

  /** What is made of an old ring and of slots that another process has written since may fail: then again. */
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

  /** Overwrites the keys; every later use is refused with `closed`. */
  close(): void {
    const keys = this.#keys;
    this.#keys = undefined;
    this.follower = undefined;
    if (keys === undefined) return;
    for (const key of [keys.root, keys.slotKey, keys.ring.identity]) key.fill(0);
    for (const { key } of keys.ring.keys) key.fill(0);
  }
}

/** @throws StoreError `moved` */
export function refuseMoved({ ring }: Keys): void {
  if (ring.state === 'moved')
    throw new StoreError('moved', 'This store was moved to another place. Use it there.');
}

export function busyRing(): StoreError {
  return new StoreError('backend_gone', 'The key ring changes faster than it can be read. Try again.');
}

/** @throws StoreError `damaged` when ring and slot do not belong together */
export function keysOf(opening: Opening, ringValue: Uint8Array, slotValue?: Uint8Array): Keys {
  const ring = openRing(opening.root, ringValue);
  const active = ring?.keys.at(-1);
  if (ring === undefined || active === undefined) throw damagedRing();
  const entry = ring.slots.find(({ slot }) => slot === opening.slot);
  if (slotValue !== undefined && !(entry && equalBytes(entry.digest, digestOf(slotValue))))
    throw new StoreError('damaged', 'A slot of this store was put back to an older state or tampered with.');
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

/** Ring and slot are two readings: when the ring changed in between, it is read again. */
async function rereadKeys(backend: Backend, before: Keys, follower: Follower | undefined): Promise<Keys> {
  for (let attempt = 1; ; attempt += 1) {
    const ringValue = await backend.read(RING_KEY);
    if (ringValue === undefined) throw new StoreError('not_a_store', 'The store is gone from its place.');
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
      'This store has a new root key, and the slot it was opened with was removed or changed. Open it again.',
    );
  return keysOf({ slot: before.slot, slotKey: opened.key, root: opened.root }, ringValue, slotValue);
}
