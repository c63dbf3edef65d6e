/**
 * Opening and creating a store.
 *
 * 1. The header of the ring contains the store id. The slots next to it can be read without a key.
 * 2. The passphrase or key file is tried on each slot of its kind: Argon2id, then the check value.
 * 3. The slot yields the root key, the root key opens the ring, and the ring authenticates the slot.
 */
import type { Argon2Cost } from '@countersign/argon2id';
import { type Backend, isEmptyBackend, type Row } from './backend.ts';
import { StoreError } from './errors.ts';
import { DEFAULT_COST } from './keys/kdf.ts';
import { Keyring, withRing } from './keys/keyring.ts';
import { type Keys, keysOf, keysOfSlot } from './keys/keys.ts';
import { checkLabel, newDataKey, readRingHeader, sealRing } from './keys/ring.ts';
import { fillSlot, kindOf, MOST_SLOTS, prepareSlot, type Unlock, unlockSlot } from './keys/slot.ts';
import { GENERATION_BYTES, RING_KEY, SLOTS, slotKey, slotOf } from './layout.ts';
import { randomBytes } from './platform.ts';
import { Store } from './store.ts';

/** How often the slots are tried if the ring is replaced meanwhile; each time stretches the passphrase for every slot. */
const UNLOCK_ATTEMPTS = 3;

/** Options of `openStore`. */
export type OpenOptions = Unlock & {
  /** Closed together with the store. Stays open when opening fails, so that the caller can try again. */
  readonly backend: Backend;
  /** `if-empty` creates a store when the back end is empty; default `never`. */
  readonly create?: 'never' | 'if-empty' | undefined;
  /** With `create`: the Argon2id cost of the passphrase; default 64 MiB, three passes, four lanes. */
  readonly kdf?: Argon2Cost | undefined;
  /** With `create`: the label of the first slot; default `first`. */
  readonly label?: string | undefined;
  /** Returns the time in Unix seconds. */
  readonly now?: (() => number) | undefined;
};

/**
 * Opens a store, or creates one if `create` allows it.
 *
 * @throws {StoreError} wrong_passphrase
 * @throws {StoreError} moved
 * @throws {StoreError} not_a_store also when the back end is empty and `create` is `never`
 * @throws {StoreError} as `Backend`
 */
export async function openStore(options: OpenOptions): Promise<Store> {
  const { backend, now = unixTime } = options;
  if (options.create === 'if-empty' && (await isEmptyBackend(backend))) {
    const made = await createStore(options, now());
    if (made !== undefined) return new Store(new Keyring(backend, made), now);
  }
  return new Store(new Keyring(backend, await unlock(backend, options)), now);
}

/** Unlocks an existing store and returns its keys. Throws as `openStore` does. */
export async function unlock(backend: Backend, secret: Unlock): Promise<Keys> {
  const open = (ringValue: Uint8Array) => unlockRing(ringValue, backend.scan({ prefix: SLOTS }), secret);
  return await withRing(backend, noStore, open, UNLOCK_ATTEMPTS);
}

async function noStore(backend: Backend): Promise<StoreError> {
  const nothing = await isEmptyBackend(backend);
  return new StoreError(
    'not_a_store',
    nothing ? 'There is no store here yet.' : 'This is not a store, or a restore into it did not finish.',
  );
}

/** Tries one slot after the other. A damaged slot is an error only when no other opens. Throws as `openStore`. */
export async function unlockRing(
  ringValue: Uint8Array,
  slots: AsyncIterable<Row> | Iterable<Row>,
  secret: Unlock,
): Promise<Keys> {
  const { storeId } = readRingHeader(ringValue);
  let tried = 0;
  let damage: unknown;
  for await (const { key, value } of slots) {
    const slot = slotOf(key);
    if (tried === MOST_SLOTS) break;
    tried += 1;
    try {
      const opening = await unlockSlot({ storeId, slot }, value, secret);
      if (opening !== undefined) return keysOfSlot(opening, ringValue, value);
    } catch (error) {
      damage ??= error;
    }
  }
  if (tried === 0) throw new StoreError('damaged', 'The slots of this store are gone. Restore a backup.');
  throw damage ?? new StoreError('wrong_passphrase', wrongSecret(secret));
}

function wrongSecret(secret: Unlock): string {
  return kindOf(secret) === 'passphrase'
    ? 'This is not the passphrase of this store.'
    : 'This key file does not open this store.';
}

/** Creates a store. Returns `undefined` if another process created one first. */
async function createStore(options: OpenOptions, created: number): Promise<Keys | undefined> {
  const { backend, kdf = DEFAULT_COST, label = 'first' } = options;
  const storeId = randomBytes(16);
  const root = randomBytes(32);
  const slot = 1;
  checkLabel(label);
  const prepared = await prepareSlot(options, kdf);
  const { value, point, digest } = await fillSlot({ storeId, slot }, prepared, root);
  const ringValue = sealRing(root, {
    storeId,
    version: 1n,
    state: 'in use',
    identity: randomBytes(32),
    generation: randomBytes(GENERATION_BYTES),
    created,
    keys: [newDataKey(1, created)],
    slots: [{ slot, kind: kindOf(options), label, created, point, digest }],
    followers: [],
    nextSlot: slot + 1,
  });
  const outcome = await backend.commit({
    checks: [{ key: RING_KEY, starts: undefined }],
    writes: [
      { key: RING_KEY, value: ringValue },
      { key: slotKey(slot), value },
    ],
    durable: true,
  });
  return outcome.committed ? keysOf({ slot, slotKey: prepared.key, root }, ringValue) : undefined;
}

function unixTime(): number {
  return Math.floor(Date.now() / 1000);
}
