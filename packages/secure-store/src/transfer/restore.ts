/**
 * `store restore`: a backup into any back end, all or nothing.
 *
 * What a backup brings back must not always come back as it was: a code used since then would be good again, and so
 * would an invitation. Rules change records on their way, by collection, before anybody sees them.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Backend, Row } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import type { Keys } from '../keys/keyring.ts';
import { MOST_SLOTS, type Unlock } from '../keys/slot.ts';
import { isRecordKey, isSlotKey, placeOf, RING_KEY } from '../layout.ts';
import { unlockRing } from '../open.ts';
import { namesOf } from '../records/names.ts';
import { fromBytes, toBytes } from '../records/schema.ts';
import { packContent, readHeader, sealRecord, unpackContent } from '../sealing/envelope.ts';
import { BackupReader, damagedBackup, type Source } from './backup-file.ts';
import { contentOf } from './snapshot.ts';
import { Staging } from './staging.ts';

/** Given by a rule instead of a value: this record is not restored. */
export const REMOVE: unique symbol = Symbol('remove');

export interface RestoreRule {
  readonly collection: string;
  /** For this package only. */
  readonly change: (id: string, value: Uint8Array) => Promise<Uint8Array | typeof REMOVE | undefined>;
}

/**
 * What happens to each record of a collection when it is restored.
 *
 * @param change gives the value to restore, nothing to restore it as it was, or `REMOVE`
 * @example
 * restoreRule('invitations', Invitation, () => REMOVE)
 */
export function restoreRule<T>(
  collection: string,
  schema: StandardSchemaV1<unknown, T>,
  change: (value: T, id: string) => T | typeof REMOVE | undefined,
): RestoreRule {
  return {
    collection,
    change: async (id, bytes) => {
      const next = change(await fromBytes(schema, bytes, collection), id);
      if (next === undefined) return undefined;
      return next === REMOVE ? REMOVE : await toBytes(schema, next);
    },
  };
}

/** `passphrase` or `keyFile`: as they were when the backup was made. */
export type RestoreOptions = Unlock & {
  readonly backend: Backend;
  /** The file, in chunks of any size. */
  readonly source: Source;
  /** Also when something is there already. It stays as it is until everything has been read and found in order. */
  readonly replace?: boolean | undefined;
  readonly rules?: readonly RestoreRule[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
};

export interface RestoreReport {
  /** When the backup was made, in Unix seconds. */
  readonly created: number;
  readonly records: number;
  /** By rules. */
  readonly changed: number;
  readonly removed: number;
}

const PROGRESS = 1000;
/** More than any ring has: nothing larger is kept before it is known to be authentic. */
const LARGEST_KEYS = 256 * 1024;

/**
 * Processes that have the place open already see what was restored from their next commit on.
 *
 * @throws StoreError `exists` when something is there; `damaged` when the file is not whole; `wrong_passphrase`; `not_a_store`
 *   for a file that is no backup; `newer_format`; `invalid` when a record does not fit the schema of its rule; `conflict`
 *   when somebody else wrote to the same place. Nothing was restored then.
 */
export async function restoreStore(options: RestoreOptions): Promise<RestoreReport> {
  const { backend, source, replace = false, rules = [], signal, onProgress } = options;
  const file = new BackupReader(source);
  const created = await file.start();
  const { keys, slots, first } = await readKeys(file, options);
  file.authenticate(keys.root);
  const changes = new Map(rules.map((rule) => [tagOf(keys, rule.collection), rule]));
  const count = { records: 0, changed: 0, removed: 0 };
  const staging = await Staging.begin(backend, replace);
  try {
    for (let row = first; row !== undefined; row = await file.row()) {
      signal?.throwIfAborted();
      const value = await restored(keys, row, changes);
      if (value === REMOVE) count.removed += 1;
      else {
        count.records += 1;
        if (value !== undefined) count.changed += 1;
        await staging.put(row.key, value ?? row.value);
        if (count.records % PROGRESS === 0) onProgress?.({ records: count.records });
      }
    }
    await file.finish();
    signal?.throwIfAborted();
    await staging.finish(keys.root, keys.ring, slots);
    onProgress?.({ records: count.records });
  } catch (error) {
    await staging.abandon().catch(() => {});
    throw error;
  }
  return { created, ...count };
}

/** The rows before the records: the ring and the slots. */
async function readKeys(file: BackupReader, secret: Unlock) {
  const ringRow = await file.row(LARGEST_KEYS);
  if (ringRow === undefined || !equalBytes(ringRow.key, RING_KEY)) throw damagedBackup();
  const slots: Row[] = [];
  let first = await file.row();
  for (; first !== undefined && isSlotKey(first.key); first = await file.row()) {
    if (slots.length === MOST_SLOTS || first.value.length > LARGEST_KEYS) throw damagedBackup();
    slots.push(first);
  }
  return { keys: await unlockRing(ringRow.value, slots, secret), slots, first };
}

function tagOf(keys: Keys, collection: string): string {
  return String(namesOf(keys.ring.identity, collection).tag);
}

/** The record after its rule; nothing when it stays as it was. */
async function restored(
  keys: Keys,
  row: Row,
  rules: ReadonlyMap<string, RestoreRule>,
): Promise<Uint8Array | typeof REMOVE | undefined> {
  const header = isRecordKey(row.key) ? readHeader(row.value) : undefined;
  const content = header && contentOf(keys, row);
  const inside = content instanceof Uint8Array ? unpackContent(content) : undefined;
  if (header === undefined || inside === undefined) throw damagedBackup();
  const place = placeOf(keys.ring.storeId, row.key);
  const change = await rules.get(String(place.collection))?.change(inside.id, inside.value);
  if (change === undefined || change === REMOVE) return change;
  const version = BigInt.asUintN(64, header.version + 1n);
  const next = packContent(inside.id, change);
  return sealRecord(keys.activeKey, { version, keyNumber: keys.active }, place, next);
}
