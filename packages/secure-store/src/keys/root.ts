/**
 * Replaces the root key: seals it for every slot and follower that keeps access, and adds a data key, so that
 * what is written from then on does not open with anything that was known before.
 */
import type { Backend, Put } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { slotKey } from '../layout.ts';
import { randomBytes } from '../platform.ts';
import { dropping, leaveRoot, withoutStale } from './follower.ts';
import type { Keys } from './keyring.ts';
import { type DataKey, newDataKey, type SlotEntry } from './ring.ts';
import {
  digestOf,
  fillSlot,
  leaveTransfer,
  openSlot,
  type PreparedSlot,
  preparedOf,
  type SlotPlace,
} from './slot.ts';

/**
 * Returns the change of the ring that replaces the root key.
 *
 * @param slots the slots that keep access
 * @param fresh the slot that gets another passphrase or key file, already derived
 * @throws {StoreError} damaged if a slot does not match the ring
 */
export async function newRoot(
  backend: Backend,
  keys: Keys,
  slots: readonly SlotEntry[],
  now: number,
  fresh?: { readonly slot: number; readonly prepared: PreparedSlot },
) {
  const root = randomBytes(32);
  const writes: Put[] = [];
  const entries: SlotEntry[] = [];
  for (const entry of slots) {
    const { value, point } =
      entry.slot === fresh?.slot
        ? await fillSlot(placeOfSlot(keys, entry.slot), fresh.prepared, root)
        : await withRoot(keys, entry, await readSlot(backend, entry), root);
    writes.push({ key: slotKey(entry.slot), value });
    entries.push({ ...entry, point, digest: digestOf(value) });
  }
  const current = withoutStale(keys.ring.followers, now);
  const { kept: followers, writes: dropped } = dropping(
    current.kept,
    (follower) => !slots.some(({ slot }) => slot === follower.slot),
  );
  writes.push(...current.writes, ...dropped, ...(await leaveRoot(keys.ring.storeId, followers, root)));
  const ring = { keys: withNewKey(keys.ring.keys, now), slots: entries, followers };
  const opening = fresh?.slot === keys.slot ? { root, slotKey: fresh.prepared.key } : { root };
  return { ring, writes, opening };
}

/** Returns the data keys with a new one, which seals new records. */
export function withNewKey(keys: readonly DataKey[], now: number): readonly DataKey[] {
  const last = Math.max(...keys.map(({ number }) => number));
  return [...keys, newDataKey(last + 1, now)];
}

export function placeOfSlot({ ring }: Keys, slot: number): SlotPlace {
  return { storeId: ring.storeId, slot };
}

/** Refills the slot that opened this store; leaves a transfer of the root key in any other slot. */
async function withRoot(keys: Keys, { slot, point }: SlotEntry, before: Uint8Array, root: Uint8Array) {
  const place = placeOfSlot(keys, slot);
  if (slot === keys.slot && (await openSlot(place, before, keys.slotKey)) !== undefined)
    return await fillSlot(place, preparedOf(before, keys.slotKey), root);
  return { value: await leaveTransfer(place, before, point, root), point };
}

async function readSlot(backend: Backend, { slot, digest }: SlotEntry): Promise<Uint8Array> {
  const value = await backend.read(slotKey(slot));
  if (value !== undefined && equalBytes(digestOf(value), digest)) return value;
  throw new StoreError(
    'damaged',
    `Slot ${slot} was damaged or tampered with. Remove it or change its passphrase, then try again.`,
  );
}
