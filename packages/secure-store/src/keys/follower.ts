/**
 * Followers: running processes that keep access through every change of the root key (docs/store-format.md, "A
 * follower").
 *
 * What a process learns when it opens the store is not enough: an old backup and an old passphrase yield the
 * same, and changing the passphrase must shut those out. A follower has an additional secret, an X25519 key that
 * is never written anywhere. The commit that replaces the root key seals the new one to the point of every follower
 * in the ring.
 */
import type { Put } from '../backend.ts';
import { concatBytes, utf8 } from '../bytes.ts';
import { followerKey } from '../layout.ts';
import type { FollowerEntry } from './ring.ts';
import { openWith, sealTo } from './transfer.ts';

/** Seconds. */
const DROP_AFTER = 7 * 24 * 60 * 60;
const PURPOSE = 'follower transfer';

/** The X25519 key pair of this process as a follower. */
export interface Follower {
  readonly id: Uint8Array;
  /** Held only in the memory of this process. */
  readonly secret: Uint8Array;
  readonly point: Uint8Array;
}

/** Returns the rows that pass a new root key to each follower. */
export async function leaveRoot(
  storeId: Uint8Array,
  followers: readonly FollowerEntry[],
  root: Uint8Array,
): Promise<Put[]> {
  return await Promise.all(
    followers.map(async ({ id, point }) => ({
      key: followerKey(id),
      value: await sealTo(point, root, PURPOSE, associatedData(storeId, id)),
    })),
  );
}

/** Returns the root key in the row of a follower; `undefined` when it does not open for this follower. */
export async function takeRoot(
  storeId: Uint8Array,
  { id, secret }: Follower,
  row: Uint8Array,
): Promise<Uint8Array | undefined> {
  return await openWith(secret, row, PURPOSE, associatedData(storeId, id));
}

export function withoutStale(followers: readonly FollowerEntry[], now: number): FollowerEntry[] {
  return followers.filter(({ seen }) => seen + DROP_AFTER > now);
}

function associatedData(storeId: Uint8Array, id: Uint8Array): Uint8Array {
  return concatBytes(utf8('follower'), storeId, id);
}
