/**
 * The devices that an account knows. A client draws a random token; a complete login stores its keyed hash here. Who presents
 * the token later is judged by what that device failed at, and gains nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const deviceSchema = z.strictObject({
  /** Keyed hash of its token. */
  hash: z.base64url(),
  added: z.int().min(0),
  /** Its last login. */
  used: z.int().min(0),
  /** It has logged in again since it was added. */
  again: z.boolean(),
});
export type Device = z.output<typeof deviceSchema>;

/** An account has so many slots. */
export const MOST_DEVICES = 8;
const DAY = 24 * 60 * 60;
const EMPTY_SLOT = Buffer.alloc(32);

/** The hash under which a token is stored, as base64url. */
export function hashDevice(key: Uint8Array, token: Uint8Array): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}

/**
 * Whether one of the slots holds this hash and has not expired. Takes the time of comparing all slots, however many are in
 * use: `devices` is empty where there is no account.
 */
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
 * The slots after a login with `hash`. A device that is there lasts for `days` more; a new one displaces first those that
 * never came again, then the one that was used least recently.
 */
export function withDevice(
  devices: readonly Device[],
  hash: string | undefined,
  days: number,
  now: number,
): Device[] {
  const lasting = devices.filter((device) => !isExpired(device, days, now));
  if (hash === undefined) return lasting;
  const before = lasting.find((device) => device.hash === hash);
  const others = lasting.filter((device) => device !== before);
  const device = before
    ? { ...before, used: now, again: true }
    : { hash, added: now, used: now, again: false };
  const kept = others
    .toSorted((a, b) => Number(b.again) - Number(a.again) || b.used - a.used)
    .slice(0, MOST_DEVICES - 1);
  return [device, ...kept];
}

function isExpired({ used }: Device, days: number, now: number): boolean {
  return used + days * DAY <= now;
}
