/** How a process becomes a follower, renews its entry, and leaves; see `follower.ts`. */
import type { Backend } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { dropping, newFollower, RENEW_AFTER, withFollower, withoutStale } from './follower.ts';
import type { Keyring } from './keyring.ts';

/** See `KeyLife.follow`. */
export async function follow(backend: Backend, keyring: Keyring, now: number): Promise<void> {
  await backend.confirm?.();
  await keyring.reload();
  keyring.follower ??= await newFollower();
  const { id, point } = keyring.follower;
  const own = keyring.keys.ring.followers.find((entry) => equalBytes(entry.id, id));
  if (own !== undefined && now - own.seen < RENEW_AFTER) return;
  await keyring.change(async ({ ring, slot }) => {
    const fresh = withoutStale(ring.followers, now);
    const entered = withFollower(fresh.kept, { id, slot, seen: now, point });
    return { ring: { followers: entered.kept }, writes: [...fresh.writes, ...entered.writes] };
  });
}

/** See `KeyLife.unfollow`. */
export async function unfollow(keyring: Keyring): Promise<void> {
  const { follower } = keyring;
  if (follower === undefined) return;
  await keyring.change(async ({ ring }) => {
    const { kept, writes } = dropping(ring.followers, ({ id }) => equalBytes(id, follower.id));
    return { ring: { followers: kept }, writes };
  });
  keyring.follower = undefined;
}
