/**
 * A slot: one way to unlock the store, with a passphrase or the bytes of a key file (docs/store-format.md, "A slot").
 *
 * 1. Argon2id derives the slot key from the passphrase or key file and the salt. `check` is derived from the
 *    slot key and tells whether it is the right one.
 * 2. The slot key opens the box, which contains the slot's own secret and the root key.
 * 3. A process that creates a new root key does not have the keys of the other slots. It leaves the root key
 *    in each as a transfer, sealed to the X25519 point of the slot secret, which the ring lists. An attacker
 *    who knew only the old root key cannot open a transfer.
 *
 * The sum is the start of a plain SHA-256. It distinguishes a damaged slot from a wrong passphrase before the
 * derivation, and does not protect against tampering. The ring does, with its digest of each slot.
 */
import type { Argon2Cost } from '@countersign/argon2id';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, equalBytes, uint32, utf8, viewOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { randomBytes } from '../platform.ts';
import { open, seal } from '../sealing/seal.ts';
import { derive, isAcceptableCost, stretch } from './kdf.ts';
import { openWith, pointOf, sealTo, TRANSFER_BYTES } from './transfer.ts';

/** What opens a slot: a passphrase (text is normalised to NFC), or a key file of 32 bytes or more. */
export type Unlock =
  | { readonly passphrase: string | Uint8Array; readonly keyFile?: undefined }
  | { readonly keyFile: Uint8Array; readonly passphrase?: undefined };

/** What kind of secret opens a slot. */
export type SlotKind = 'passphrase' | 'key file';

/** An attacker who can write to the disk could add any number of slots, each with arbitrarily expensive parameters. */
export const MOST_SLOTS = 64;

const SLOT_FORMAT = 1;
/** The kinds in the order of their numbers on disk. */
export const SLOT_KINDS: readonly SlotKind[] = ['passphrase', 'key file'];
const SALT = 14;
const CHECK = 30;
const BOX = 46;
const TRANSFER = BOX + 12 + 64 + 16;
const SUM_BYTES = 8;
const PLAIN_LENGTH = TRANSFER + 1 + SUM_BYTES;
const PURPOSE = 'slot transfer';

/** Identifies a slot. Part of the associated data of everything sealed in it. */
export interface SlotPlace {
  readonly storeId: Uint8Array;
  readonly slot: number;
}

/** An unlocked slot. */
export interface Opening {
  readonly slot: number;
  /** Argon2id of the passphrase or key file. */
  readonly slotKey: Uint8Array;
  readonly root: Uint8Array;
}

/** A slot without its content: the result of the slow key derivation. */
export interface PreparedSlot {
  readonly key: Uint8Array;
  readonly start: Uint8Array;
}

/** A complete slot, ready to be stored. */
export interface FilledSlot {
  readonly value: Uint8Array;
  /** The X25519 point that transfers are sealed to. */
  readonly point: Uint8Array;
  /** SHA-256 of the value. */
  readonly digest: Uint8Array;
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

/** Derives the slot key. Wipes the bytes of a passphrase string; byte arrays belong to the caller and stay. */
async function stretchSecret(unlock: Unlock, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  const secret = secretOf(unlock);
  try {
    return await stretch(secret, salt, cost);
  } finally {
    if (typeof unlock.passphrase === 'string') secret.fill(0);
  }
}

/** @throws {RangeError} if the cost, passphrase or key file is out of range */
export async function prepareSlot(unlock: Unlock, cost: Argon2Cost): Promise<PreparedSlot> {
  if (!isAcceptableCost(cost)) throw new RangeError('"kdf" expected a cost within the limits of the format');
  const salt = randomBytes(16);
  const key = await stretchSecret(unlock, salt, cost);
  const kind = Uint8Array.of(SLOT_FORMAT, SLOT_KINDS.indexOf(kindOf(unlock)));
  const numbers = [cost.m, cost.t, cost.p].map(uint32);
  return { key, start: concatBytes(kind, ...numbers, salt, checkOf(key)) };
}

/** Takes the derivation of an existing slot, so that it can be refilled with the same key. */
export function preparedOf(value: Uint8Array, key: Uint8Array): PreparedSlot {
  return { key, start: value.subarray(0, BOX) };
}

export async function fillSlot(
  place: SlotPlace,
  { key, start }: PreparedSlot,
  root: Uint8Array,
): Promise<FilledSlot> {
  const secret = randomBytes(32);
  const box = seal(derive(key, 'slot box'), concatBytes(secret, root), associatedData(place, start));
  return filled(concatBytes(start, box, Uint8Array.of(0)), await pointOf(secret));
}

/** Returns the slot with a new root key added as a transfer. */
export async function leaveTransfer(
  place: SlotPlace,
  value: Uint8Array,
  point: Uint8Array,
  root: Uint8Array,
): Promise<FilledSlot> {
  const start = value.subarray(0, TRANSFER);
  const transfer = await sealTo(point, root, PURPOSE, associatedData(place, start));
  return filled(concatBytes(start, Uint8Array.of(1), transfer), point);
}

function filled(body: Uint8Array, point: Uint8Array): FilledSlot {
  const value = withSum(body);
  return { value, point, digest: digestOf(value) };
}

/**
 * Opens a slot with a passphrase or key file.
 *
 * @returns `undefined` if this is not the passphrase or key file of the slot
 * @throws {StoreError} damaged
 * @throws {StoreError} newer_format
 */
export async function unlockSlot(
  place: SlotPlace,
  value: Uint8Array,
  unlock: Unlock,
): Promise<Opening | undefined> {
  checkShape(value);
  if (SLOT_KINDS[value[1] ?? 255] !== kindOf(unlock)) return undefined;
  const view = viewOf(value);
  const cost = { m: view.getUint32(2), t: view.getUint32(6), p: view.getUint32(10) };
  const key = await stretchSecret(unlock, value.subarray(SALT, CHECK), cost);
  return await openSlot(place, value, key);
}

/** Like `unlockSlot`, with a slot key derived earlier. */
export async function openSlot(
  place: SlotPlace,
  value: Uint8Array,
  slotKey: Uint8Array,
): Promise<Opening | undefined> {
  checkShape(value);
  if (!equalBytes(checkOf(slotKey), value.subarray(CHECK, BOX))) return undefined;
  const start = (length: number) => associatedData(place, value.subarray(0, length));
  const box = open(derive(slotKey, 'slot box'), value.subarray(BOX, TRANSFER), start(BOX));
  if (box === undefined) throw damagedSlot();
  const [secret, boxedRoot] = [box.subarray(0, 32), box.subarray(32)];
  const transfer = value.subarray(TRANSFER + 1, -SUM_BYTES);
  const root = transfer.length === 0 ? boxedRoot : await openWith(secret, transfer, PURPOSE, start(TRANSFER));
  if (root === undefined) throw damagedSlot();
  return { slot: place.slot, slotKey, root };
}

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

/** @param slot its number, if the owner of another slot can repair it */
export function damagedSlot(slot?: number): StoreError {
  return new StoreError(
    'damaged',
    slot === undefined
      ? 'A slot of this store was damaged or tampered with.'
      : `Slot ${slot} was damaged or tampered with. Remove it or change its passphrase, then try again.`,
  );
}
