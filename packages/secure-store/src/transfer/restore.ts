/**
 * `store restore` restores a backup into any back end, all or nothing; `store verify` only reads it.
 *
 * Some records must not be restored unchanged: a code used since the backup would become valid again, and so
 * would an invitation. Rules change records, by collection, before the restored store becomes visible.
 */
import type { Backend } from '../backend.ts';
import { type BackupSource, openBackup, REMOVE } from './opened-backup.ts';
import { Progress } from './progress.ts';
import { Staging } from './staging.ts';

/** Options of `restoreStore`. */
export type RestoreOptions = BackupSource & {
  readonly backend: Backend;
  /** Allow existing data to be overwritten. It stays in place until the whole backup has been verified. */
  readonly replace?: boolean | undefined;
};

/** What was restored. */
export interface RestoreReport {
  /** When the backup was made, in Unix seconds. */
  readonly created: number;
  readonly records: number;
  /** Records changed by rules. */
  readonly changed: number;
  readonly removed: number;
}

/**
 * Restores a backup into a back end, all or nothing. Processes that have the store open see the restored
 * state from their next commit.
 *
 * @throws {StoreError} exists if the back end is not empty and `replace` is not set
 * @throws {StoreError} damaged if the file is incomplete or altered
 * @throws {StoreError} wrong_passphrase
 * @throws {StoreError} not_a_store if the file is not a backup
 * @throws {StoreError} newer_format
 * @throws {StoreError} invalid if a record does not match the schema of its rule
 * @throws {StoreError} conflict if another process wrote to the back end
 */
export async function restoreStore(options: RestoreOptions): Promise<RestoreReport> {
  const { backend, replace = false } = options;
  const { created, keys, slots, records } = await openBackup(options);
  const progress = new Progress(options);
  const count = { changed: 0, removed: 0 };
  const staging = await Staging.begin(backend, replace);
  try {
    for await (const { row, changed } of records()) {
      if (changed === REMOVE) count.removed += 1;
      else {
        if (changed !== undefined) count.changed += 1;
        await staging.put(row.key, changed ?? row.value);
        progress.add();
      }
    }
    await staging.finish(keys.root, keys.ring, slots);
    progress.end();
  } catch (error) {
    await staging.abandon().catch(() => {});
    throw error;
  }
  return { created, records: progress.records, ...count };
}

/** A backup that is whole. */
export interface BackupFacts {
  /** When it was made, in Unix seconds. */
  readonly created: number;
  readonly records: number;
}

/**
 * Checks that a backup can be restored: it is complete and unaltered, and every record opens. Rules see the records of
 * their collections, whose schemas are checked; what they return is ignored. Nothing is written.
 *
 * @throws {StoreError} as `restoreStore`, without `exists` and `conflict`
 */
export async function verifyBackup(options: BackupSource): Promise<BackupFacts> {
  const { created, records } = await openBackup(options);
  const progress = new Progress(options);
  for await (const _ of records()) progress.add();
  progress.end();
  return { created, records: progress.records };
}
