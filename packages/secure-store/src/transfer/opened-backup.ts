/**
 * A backup as it is read: its keys first, then each record, opened and changed by the rules of its collection. Whether the
 * file is whole is known only after the last record.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Row } from '../backend.ts';
import { equalBytes, nameOf } from '../bytes.ts';
import type { Keys } from '../keys/keys.ts';
import { MOST_SLOTS, type Unlock } from '../keys/slot.ts';
import { isRecordKey, isSlotKey, placeOf, RING_KEY } from '../layout.ts';
import { unlockRing } from '../open.ts';
import { namesOf } from '../records/names.ts';
import { openRow, sealRow } from '../records/row.ts';
import { fromBytes, toBytes } from '../records/schema.ts';
import { nextVersion } from '../sealing/envelope.ts';
import { BackupReader, damagedBackup, type Source } from './backup-file.ts';
import type { ProgressOptions } from './progress.ts';

/** Returned by a rule to drop the record. */
export const REMOVE: unique symbol = Symbol('remove');

/** A rule for the records of one collection; create it with `restoreRule`. */
export interface RestoreRule {
  readonly collection: string;
  /** Internal. */
  readonly change: (id: string, value: Uint8Array) => Uint8Array | typeof REMOVE | undefined;
}

/**
 * Returns a rule for restoring the records of a collection.
 *
 * @param change returns the value to restore, `undefined` to restore the record unchanged, or `REMOVE`
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
    change: (id, bytes) => {
      const next = change(fromBytes(schema, bytes, collection), id);
      if (next === undefined) return undefined;
      return next === REMOVE ? REMOVE : toBytes(schema, next);
    },
  };
}

/** How to read a backup. `passphrase` or `keyFile` must be one that opened the store when the backup was made. */
export type BackupSource = Unlock &
  ProgressOptions & {
    /** The backup file, in chunks of any size. */
    readonly source: Source;
    readonly rules?: readonly RestoreRule[] | undefined;
  };

/** A backup that was unlocked. */
export interface OpenedBackup {
  /** When it was made, in Unix seconds. */
  readonly created: number;
  readonly keys: Keys;
  readonly slots: readonly Row[];
  /**
   * Reads every record, and the end of the file after the last one.
   *
   * @throws {StoreError} damaged if the file is incomplete or altered
   * @throws {StoreError} invalid if a record does not match the schema of its rule
   */
  records(): AsyncGenerator<ReadRecord>;
}

/** A record of a backup, and what its rule makes of it: another value, nothing, or no change. */
interface ReadRecord {
  readonly row: Row;
  readonly changed: Uint8Array | typeof REMOVE | undefined;
}

/** Larger than any ring. Nothing larger is kept in memory before it is authenticated. */
const LARGEST_KEYS = 256 * 1024;

/**
 * @throws {StoreError} damaged
 * @throws {StoreError} wrong_passphrase
 * @throws {StoreError} not_a_store if the file is not a backup
 * @throws {StoreError} newer_format
 */
export async function openBackup(options: BackupSource): Promise<OpenedBackup> {
  const { source, rules = [], signal } = options;
  const file = new BackupReader(source);
  const created = await file.start();
  const { keys, slots, first } = await readKeys(file, options);
  file.authenticate(keys.root);
  const changes = new Map(
    rules.map((rule) => [nameOf(namesOf(keys.ring.identity, rule.collection).tag), rule]),
  );
  return {
    created,
    keys,
    slots,
    async *records() {
      for (let row = first; row !== undefined; row = await file.row()) {
        signal?.throwIfAborted();
        yield { row, changed: restored(keys, row, changes) };
      }
      await file.finish();
      signal?.throwIfAborted();
    },
  };
}

/** Reads the rows before the records: the ring and the slots. */
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

/** Applies the rule of a record; `undefined` when the record stays unchanged. */
function restored(
  keys: Keys,
  row: Row,
  rules: ReadonlyMap<string, RestoreRule>,
): Uint8Array | typeof REMOVE | undefined {
  const record = isRecordKey(row.key) ? openRow(keys, row) : undefined;
  if (typeof record !== 'object') throw damagedBackup();
  const { collection } = placeOf(keys.ring.storeId, row.key);
  const value = rules.get(nameOf(collection))?.change(record.id, record.value);
  if (value === undefined || value === REMOVE) return value;
  return sealRow(keys, row.key, { id: record.id, version: nextVersion(record.version), value });
}
