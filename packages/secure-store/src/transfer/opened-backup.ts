/**
 * A backup as it is read: its keys first, then each record, opened and changed by the rules of its collection. Whether
 * the file is whole is known only after the last record.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Row } from '../backend.ts';
import { equalBytes, nameOf } from '../bytes.ts';
import type { Keys } from '../keys/keys.ts';
import { MOST_SLOTS, type Unlock } from '../keys/slot.ts';
import { collectionOf, isRecordKey, isSlotKey, RING_KEY } from '../layout.ts';
import { unlockRing } from '../open.ts';
import { namesOf } from '../records/names.ts';
import { openRow, sealRow } from '../records/row.ts';
import { fromBytes, toBytes } from '../records/schema.ts';
import { nextVersion } from '../sealing/envelope.ts';
import { BackupReader, damagedBackup, type Source } from './backup-file.ts';
import type { ProgressOptions } from './progress.ts';

/** Returned by a rule to drop the record. */
export const REMOVE: unique symbol = Symbol('remove');

/** What a rule makes of a record: another value, nothing, or no change. */
type Changed = Uint8Array | typeof REMOVE | undefined;

/** A rule for the records of one collection; create it with `restoreRule`. */
export interface RestoreRule {
  readonly collection: string;
  /** Internal. */
  readonly change: (id: string, value: Uint8Array) => Changed;
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

/** Larger than any ring. Nothing larger is kept in memory before it is authenticated. */
const LARGEST_KEYS = 256 * 1024;

/** Unlocks a backup. Throws as `restoreStore`. */
export async function openBackup(options: BackupSource) {
  const { source, rules = [], signal } = options;
  const file = new BackupReader(source);
  const created = await file.start();
  const ringRow = await file.row(LARGEST_KEYS);
  if (ringRow === undefined || !equalBytes(ringRow.key, RING_KEY)) throw damagedBackup();
  const slots: Row[] = [];
  let first = await file.row();
  for (; first !== undefined && isSlotKey(first.key); first = await file.row()) {
    if (slots.length === MOST_SLOTS || first.value.length > LARGEST_KEYS) throw damagedBackup();
    slots.push(first);
  }
  const keys = await unlockRing(ringRow.value, slots, options);
  file.authenticate(keys.root);
  const changes = new Map(
    rules.map((rule) => [nameOf(namesOf(keys.ring.identity, rule.collection).tag), rule]),
  );
  return {
    /** When the backup was made, in Unix seconds. */
    created,
    keys,
    slots,
    /** Reads every record, and the end of the file after the last one. */
    async *records(): AsyncGenerator<{ readonly row: Row; readonly changed: Changed }> {
      for (let row = first; row !== undefined; row = await file.row()) {
        signal?.throwIfAborted();
        yield { row, changed: restored(keys, row, changes) };
      }
      await file.finish();
      signal?.throwIfAborted();
    },
  };
}

function restored(keys: Keys, row: Row, rules: ReadonlyMap<string, RestoreRule>): Changed {
  const record = isRecordKey(row.key) ? openRow(keys, row) : undefined;
  if (typeof record !== 'object') throw damagedBackup();
  const value = rules.get(nameOf(collectionOf(row.key)))?.change(record.id, record.value);
  if (value === undefined || value === REMOVE) return value;
  return sealRow(keys, row.key, { id: record.id, version: nextVersion(record.version), value });
}
