/**
 * The devices that an account knows. A client generates a random token, and a complete login stores its keyed hash here. A
 * client that presents the token later is judged by the failures of this device alone, and gains nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const deviceSchema = z.strictObject({
  /** Keyed hash of its token. */
  hash: z.base64url(),
  added: z.int().min(0),
  /** The time of its last login. */
  used: z.int().min(0),
  /** Whether it has logged in again since it was added. */
  again: z.boolean(),
  /** Where its last login came from. Records of earlier versions do not have it. */
  source: z.string().optional(),
});
export type Device = z.output<typeof deviceSchema>;

export const MOST_DEVICES = 8;
const DAY = 24 * 60 * 60;
const EMPTY_SLOT = Buffer.alloc(32);

export function hashDevice(key: Uint8Array, token: Uint8Array): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

/** Returns whether one of the slots contains this hash and has not expired. Takes as long with fewer slots, or none. */
export function knowsDevice(devices: readonly Device[], hash: string, days: number, now: number): boolean {
  const presented = Buffer.from(hash, 'base64url');
  let known = false;
  for (let slot = 0; slot < MOST_DEVICES; slot++) {
    const device = devices[slot];
    const kept = device ? Buffer.from(device.hash, 'base64url') : EMPTY_SLOT;
    const isSame = kept.length === presented.length && timingSafeEqual(kept, presented);
    if (isSame && device && !isExpired(device, days, now)) known = true;
  }
  return known;
}

/**
 * Returns the slots after a login with `hash` from `source`. A known device lasts for `days` more. A new one displaces first
 * those that were used only once, then the one used least recently.
 */
export function withDevice(
  devices: readonly Device[],
  { hash, source }: { readonly hash: string | undefined; readonly source: string },
  days: number,
  now: number,
): Device[] {
  const lasting = devices.filter((device) => !isExpired(device, days, now));
  if (hash === undefined) return lasting;
  const before = lasting.find((device) => device.hash === hash);
  const others = lasting.filter((device) => device !== before);
  const device = before
    ? { ...before, used: now, again: true, source }
    : { hash, added: now, used: now, again: false, source };
  const kept = others
    .toSorted((a, b) => Number(b.again) - Number(a.again) || b.used - a.used)
    .slice(0, MOST_DEVICES - 1);
  return [device, ...kept];
}

function isExpired({ used }: Device, days: number, now: number): boolean {
  return used + days * DAY <= now;
}
