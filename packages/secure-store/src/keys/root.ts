/**
 * Replaces the root key: seals it for every slot and follower that keeps access, and adds a data key, so that
 * what is written from then on does not open with anything that was known before.
 */
import type { Backend, Put, Row } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { slotKey } from '../layout.ts';
import { randomBytes } from '../platform.ts';
import { leaveRoot, withoutStale } from './follower.ts';
import type { Keys } from './keys.ts';
import { type DataKey, newDataKey, type SlotEntry } from './ring.ts';
import {
  damagedSlot,
  digestOf,
  type FilledSlot,
  fillSlot,
  leaveTransfer,
  openSlot,
  type PreparedSlot,
  preparedOf,
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
  const { storeId } = keys.ring;
  const root = randomBytes(32);
  const writes: Put[] = [];
  const entries: SlotEntry[] = [];
  for (const entry of slots) {
    const { slot } = entry;
    const { value, point, digest } =
      slot === fresh?.slot
        ? await fillSlot({ storeId, slot }, fresh.prepared, root)
        : await withRoot(keys, entry, await readSlot(backend, entry), root);
    writes.push({ key: slotKey(slot), value });
    entries.push({ ...entry, point, digest });
  }
  const followers = withoutStale(keys.ring.followers, now).filter((follower) =>
    slots.some(({ slot }) => slot === follower.slot),
  );
  writes.push(...(await leaveRoot(storeId, followers, root)));
  const ring = { keys: withNewKey(keys.ring.keys, now), slots: entries, followers };
  const opening = fresh?.slot === keys.slot ? { root, slotKey: fresh.prepared.key } : { root };
  return { ring, writes, opening };
}

/** Returns the data keys with a new one, which seals new records. */
export function withNewKey(keys: readonly DataKey[], now: number): readonly DataKey[] {
  const last = Math.max(...keys.map(({ number }) => number));
  return [...keys, newDataKey(last + 1, now)];
}

/** Refills the slot that opened this store; leaves a transfer of the root key in any other slot. */
async function withRoot(
  { ring: { storeId }, ...own }: Keys,
  { slot, point }: SlotEntry,
  { value: before }: Row,
  root: Uint8Array,
): Promise<FilledSlot> {
  const place = { storeId, slot };
  if (slot === own.slot && (await openSlot(place, before, own.slotKey)) !== undefined)
    return await fillSlot(place, preparedOf(before, own.slotKey), root);
  return await leaveTransfer(place, before, point, root);
}

/** @throws {StoreError} damaged if the slot does not match the ring */
export async function readSlot(backend: Backend, { slot, digest }: SlotEntry): Promise<Row> {
  const key = slotKey(slot);
  const value = await backend.read(key);
  if (value === undefined || !equalBytes(digestOf(value), digest)) throw damagedSlot(slot);
  return { key, value };
}
