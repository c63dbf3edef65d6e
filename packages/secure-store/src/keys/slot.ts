/**
 * A slot: one way to unlock the store, by a passphrase or by the bytes of a key file.
 *
 *     format (1) | kind (1) | m (4) | t (4) | p (4) | salt (16) | check (16)
 *     | nonce (12) | box: slot secret (32), root key (32), sealed; tag (16)
 *     | transfer: 0  or  1, ephemeral point (32), nonce (12), root key (32) sealed, tag (16)
 *     | sum (8)
 *
 * 1. Argon2id turns the secret and the salt into the slot key; `check`, derived from it, tells whether it is the right one.
 * 2. The slot key opens the box with the slot's own secret and the root key.
 * 3. Somebody who makes a new root key holds no other slot's key. He leaves it as a transfer: sealed to the X25519 point of
 *    the slot secret, which the ring names. Whoever knew only the old root key cannot open it.
 *
 * The sum is the start of a plain SHA-256: it tells a damaged slot from a wrong passphrase before the derivation, and is no
 * protection against anybody. That is the ring's part, which holds a digest of each slot.
 */
import type { Argon2Cost } from '@countersign/argon2id';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, uint32, utf8, viewOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { randomBytes } from '../platform.ts';
import { open, seal } from '../sealing/seal.ts';
import { derive, isAcceptableCost, stretch } from './kdf.ts';
import { openWith, pointOf, sealTo, TRANSFER_BYTES } from './transfer.ts';

/** What opens a slot. A passphrase given as text is brought to NFC first; a key file has 32 bytes or more. */
export type Unlock =
  | { readonly passphrase: string | Uint8Array; readonly keyFile?: undefined }
  | { readonly keyFile: Uint8Array; readonly passphrase?: undefined };

export type SlotKind = 'passphrase' | 'key file';

/** No more are tried when a store is opened: whoever writes to the disk could add any number, each as dear as it may be. */
export const MOST_SLOTS = 64;

const SLOT_FORMAT = 1;
export const SLOT_KINDS: readonly SlotKind[] = ['passphrase', 'key file'];
const SALT = 14;
const CHECK = 30;
const BOX = 46;
const TRANSFER = BOX + 12 + 64 + 16;
const SUM_BYTES = 8;
const PLAIN_LENGTH = TRANSFER + 1 + SUM_BYTES;
const PURPOSE = 'slot transfer';

/** Which slot of which store: part of everything sealed in it. */
export interface SlotPlace {
  readonly storeId: Uint8Array;
  readonly slot: number;
}

export interface OpenedSlot {
  /** Argon2id of what unlocked it. */
  readonly key: Uint8Array;
  readonly root: Uint8Array;
}

/** A slot without its content: what the derivation gave, which takes long and depends on nothing else. */
export interface PreparedSlot {
  readonly key: Uint8Array;
  readonly start: Uint8Array;
}

export interface FilledSlot {
  readonly value: Uint8Array;
  /** The X25519 point that transfers are sealed to. */
  readonly point: Uint8Array;
}

export function kindOf(unlock: Unlock): SlotKind {
  return unlock.passphrase === undefined ? 'key file' : 'passphrase';
}

function secretOf({ passphrase, keyFile }: Unlock): Uint8Array {
  if (keyFile !== undefined) {
    if (keyFile.length < 32)
      throw new RangeError(`"keyFile" expected 32 bytes or more, got length=${keyFile.length}`);
    return keyFile;
  }
  const secret = typeof passphrase === 'string' ? utf8(passphrase.normalize('NFC')) : passphrase;
  if (secret.length === 0) throw new RangeError('"passphrase" expected at least one character');
  return secret;
}

/** The slot key. What a passphrase given as text became is wiped; bytes are the caller's. */
async function stretchSecret(unlock: Unlock, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const secret = secretOf(unlock);
  try {
    return await stretch(secret, salt, cost);
  } finally {
    if (typeof unlock.passphrase === 'string') secret.fill(0);
  }
}

export async function prepareSlot(unlock: Unlock, cost: Argon2Cost): Promise<PreparedSlot> {
  if (!isAcceptableCost(cost)) throw new RangeError('"kdf" expected a cost within the limits of the format');
  const salt = randomBytes(16);
  const key = await stretchSecret(unlock, salt, cost);
  const kind = Uint8Array.of(SLOT_FORMAT, SLOT_KINDS.indexOf(kindOf(unlock)));
  const numbers = [cost.m, cost.t, cost.p].map(uint32);
  return { key, start: concatBytes(kind, ...numbers, salt, checkOf(key)) };
}

/** What a slot was prepared as, to fill it again with the same key. */
export function preparedOf(value: Uint8Array, key: Uint8Array): PreparedSlot {
  return { key, start: value.subarray(0, BOX) };
}

/** Makes the slot's own secret anew each time. */
export async function fillSlot(
  place: SlotPlace,
  { key, start }: PreparedSlot,
  root: Uint8Array,
): Promise<FilledSlot> {
  const secret = randomBytes(32);
  const box = seal(derive(key, 'slot box'), concatBytes(secret, root), associatedData(place, start));
  return {
    value: withSum(concatBytes(start, box, Uint8Array.of(0))),
    point: await pointOf(secret),
  };
}

/** The same slot with another root key left in it for whoever opens it. */
export async function leaveTransfer(
  place: SlotPlace,
  value: Uint8Array,
  point: Uint8Array,
  root: Uint8Array,
): Promise<Uint8Array> {
  const start = value.subarray(0, TRANSFER);
  const transfer = await sealTo(point, root, PURPOSE, associatedData(place, start));
  return withSum(concatBytes(start, Uint8Array.of(1), transfer));
}

/**
 * @returns nothing when this is not the slot's passphrase or key file
 * @throws StoreError `damaged`, `newer_format`
 */
export async function unlockSlot(
  place: SlotPlace,
  value: Uint8Array,
  unlock: Unlock,
): Promise<OpenedSlot | undefined> {
  checkShape(value);
  if (SLOT_KINDS[value[1] ?? 255] !== kindOf(unlock)) return undefined;
  const view = viewOf(value);
  const cost = { m: view.getUint32(2), t: view.getUint32(6), p: view.getUint32(10) };
  const key = await stretchSecret(unlock, value.subarray(SALT, CHECK), cost);
  return await openSlot(place, value, key);
}

/** As `unlockSlot`, with the slot key that an earlier opening gave. */
export async function openSlot(
  place: SlotPlace,
  value: Uint8Array,
  key: Uint8Array,
): Promise<OpenedSlot | undefined> {
  checkShape(value);
  if (!equalBytes(checkOf(key), value.subarray(CHECK, BOX))) return undefined;
  const box = open(
    derive(key, 'slot box'),
    value.subarray(BOX, TRANSFER),
    associatedData(place, value.subarray(0, BOX)),
  );
  if (box === undefined) throw damagedSlot();
  if (value[TRANSFER] === 0) return { key, root: box.subarray(32) };
  return { key, root: await openTransfer(place, value, box.subarray(0, 32)) };
}

async function openTransfer(place: SlotPlace, value: Uint8Array, secret: Uint8Array): Promise<Uint8Array> {
  const transfer = value.subarray(TRANSFER + 1, -SUM_BYTES);
  const root = await openWith(secret, transfer, PURPOSE, associatedData(place, value.subarray(0, TRANSFER)));
  if (root === undefined) throw damagedSlot();
  return root;
}

/** For the ring: what this slot is. */
export function digestOf(value: Uint8Array): Uint8Array {
  return sha256(value);
}

function checkOf(key: Uint8Array): Uint8Array {
  return derive(key, 'slot check', 16);
}

function associatedData({ storeId, slot }: SlotPlace, before: Uint8Array): Uint8Array {
  return concatBytes(utf8('slot'), storeId, uint32(slot), before);
}

function withSum(body: Uint8Array): Uint8Array {
  return concatBytes(body, sha256(body).subarray(0, SUM_BYTES));
}

function checkShape(value: Uint8Array): void {
  if ((value[0] ?? 0) > SLOT_FORMAT)
    throw new StoreError('newer_format', 'A slot was written by a later version of this software.');
  const transfer = value[TRANSFER] ?? 0;
  const length = PLAIN_LENGTH + transfer * TRANSFER_BYTES;
  const whole = transfer <= 1 && value.length === length;
  if (!whole || !equalBytes(withSum(value.subarray(0, -SUM_BYTES)), value)) throw damagedSlot();
}

function damagedSlot(): StoreError {
  return new StoreError('damaged', 'A slot of this store was damaged or tampered with.');
}
