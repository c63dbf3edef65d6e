/**
 * A root key sealed to the X25519 point of an offline reader: `ephemeral point (32) | nonce (12) | root key
 * (32), sealed | tag (16)`. The key is `derive(X25519(ephemeral, point) | ephemeral point | point, purpose)`.
 */
import { concatBytes } from '../bytes.ts';
import { randomBytes, x25519 } from '../platform.ts';
import { open, seal } from '../sealing/seal.ts';
import { derive } from './kdf.ts';

const BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));
const POINT_BYTES = 32;
/** The length of a sealed root key in bytes. */
export const TRANSFER_BYTES: number = POINT_BYTES + 12 + 32 + 16;

export async function pointOf(secret: Uint8Array): Promise<Uint8Array> {
  return await x25519(secret, BASE_POINT);
}

export async function sealTo(
  point: Uint8Array,
  root: Uint8Array,
  purpose: string,
  associated: Uint8Array,
): Promise<Uint8Array> {
  const scalar = randomBytes(32);
  const ephemeral = await pointOf(scalar);
  const key = transferKey(await x25519(scalar, point), ephemeral, point, purpose);
  return concatBytes(ephemeral, seal(key, root, associated));
}

/** Opens a transfer. Returns `undefined` if it was altered, or sealed to another point, purpose or place. */
export async function openWith(
  secret: Uint8Array,
  transfer: Uint8Array,
  purpose: string,
  associated: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (transfer.length !== TRANSFER_BYTES) return undefined;
  const ephemeral = transfer.subarray(0, POINT_BYTES);
  const point = await pointOf(secret);
  // The host rejects points that yield an all-zero shared secret.
  const shared = await x25519(secret, ephemeral).catch(() => undefined);
  if (shared === undefined) return undefined;
  return open(transferKey(shared, ephemeral, point, purpose), transfer.subarray(POINT_BYTES), associated);
}

function transferKey(
  shared: Uint8Array,
  ephemeral: Uint8Array,
  point: Uint8Array,
  purpose: string,
): Uint8Array {
  return derive(concatBytes(shared, ephemeral, point), purpose);
}
