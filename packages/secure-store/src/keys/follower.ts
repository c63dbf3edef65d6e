/**
 * Followers: running processes that go on through every change of the root key.
 *
 * What a process learned when it opened the store does not suffice: an old backup and an old passphrase teach the same, and a
 * change of passphrase must shut those out. A follower has one more secret that is never written anywhere.
 *
 * 1. The process draws an X25519 key and enters its point in the ring, with the slot that opened the store.
 * 2. A new root key is sealed to the point of every follower, in rows of their own, in the commit that replaces the ring.
 *    The removal of a slot ends its followers.
 * 3. A follower that cannot open the ring takes the root key from its row.
 *
 * An entry is renewed while its process runs, and dropped when it was not renewed for a week.
 */
import type { Put } from '../backend.ts';
import { concatBytes, equalBytes, utf8 } from '../bytes.ts';
import { followerKey } from '../layout.ts';
import { randomBytes } from '../platform.ts';
import type { FollowerEntry } from './ring.ts';
import { openWith, pointOf, sealTo } from './transfer.ts';

export const MOST_FOLLOWERS = 256;
/** Seconds. */
export const RENEW_AFTER: number = 6 * 60 * 60;
const DROP_AFTER = 7 * 24 * 60 * 60;
const PURPOSE = 'follower transfer';

export interface Follower {
  readonly id: Uint8Array;
  /** X25519, in this process's memory only. */
  readonly secret: Uint8Array;
  readonly point: Uint8Array;
}

export async function newFollower(): Promise<Follower> {
  const secret = randomBytes(32);
  return { id: randomBytes(16), secret, point: await pointOf(secret) };
}

/** The rows that hand a new root key to every follower. */
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

/** @returns `undefined` when the row holds nothing for this follower */
export async function takeRoot(
  storeId: Uint8Array,
  { id, secret }: Follower,
  row: Uint8Array,
): Promise<Uint8Array | undefined> {
  return await openWith(secret, row, PURPOSE, associatedData(storeId, id));
}

/** The entries without those that were not renewed in time, and the writes that take their rows away. */
export function withoutStale(followers: readonly FollowerEntry[], now: number) {
  return dropping(followers, ({ seen }) => seen + DROP_AFTER <= now);
}

/** With a new or renewed entry; when there are too many, the one renewed longest ago makes room. */
export function withFollower(followers: readonly FollowerEntry[], entry: FollowerEntry) {
  const others = followers.filter(({ id }) => !equalBytes(id, entry.id)).sort((a, b) => b.seen - a.seen);
  const { kept, writes } = dropping(others, (other) => others.indexOf(other) >= MOST_FOLLOWERS - 1);
  return { kept: [...kept, entry], writes };
}

export function dropping(
  followers: readonly FollowerEntry[],
  isDropped: (follower: FollowerEntry) => boolean,
): { readonly kept: readonly FollowerEntry[]; readonly writes: readonly Put[] } {
  return {
    kept: followers.filter((follower) => !isDropped(follower)),
    writes: followers.filter(isDropped).map(({ id }) => ({ key: followerKey(id), value: undefined })),
  };
}

function associatedData(storeId: Uint8Array, id: Uint8Array): Uint8Array {
  return concatBytes(utf8('follower'), storeId, id);
}
