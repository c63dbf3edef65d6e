/** How a process becomes a follower, renews its entry, and leaves; see `follower.ts`. */
import { equalBytes } from '../bytes.ts';
import { randomBytes } from '../platform.ts';
import { withoutStale } from './follower.ts';
import type { Keyring } from './keyring.ts';
import { pointOf } from './transfer.ts';

/** The maximum number of followers in a ring. */
const MOST_FOLLOWERS = 256;
/** Seconds. */
const RENEW_AFTER = 6 * 60 * 60;

/** See `KeyLife.follow`. */
export async function follow(keyring: Keyring, now: number): Promise<void> {
  await keyring.backend.confirm?.();
  await keyring.reload();
  if (keyring.follower === undefined) {
    const secret = randomBytes(32);
    keyring.follower = { id: randomBytes(16), secret, point: await pointOf(secret) };
  }
  const { id, point } = keyring.follower;
  const own = keyring.keys.ring.followers.find((entry) => equalBytes(entry.id, id));
  if (own !== undefined && now - own.seen < RENEW_AFTER) return;
  await keyring.change(async ({ ring, slot }) => {
    const others = withoutStale(ring.followers, now).filter((entry) => !equalBytes(entry.id, id));
    // When the list is full, the entry renewed longest ago is dropped.
    const kept = others.sort((a, b) => b.seen - a.seen).slice(0, MOST_FOLLOWERS - 1);
    return { ring: { followers: [...kept, { id, slot, seen: now, point }] } };
  });
}

/** See `KeyLife.unfollow`. */
export async function unfollow(keyring: Keyring): Promise<void> {
  const { follower } = keyring;
  if (follower === undefined) return;
  await keyring.change(async ({ ring }) => {
    return { ring: { followers: ring.followers.filter(({ id }) => !equalBytes(id, follower.id)) } };
  });
  follower.secret.fill(0);
  keyring.follower = undefined;
}
