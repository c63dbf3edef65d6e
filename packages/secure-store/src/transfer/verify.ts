/** `store verify`: reads a whole backup and opens every record, without writing anything. */
import { type BackupSource, openBackup } from './opened-backup.ts';
import { Progress } from './progress.ts';

/** A backup that is whole. */
export interface BackupFacts {
  /** When it was made, in Unix seconds. */
  readonly created: number;
  readonly records: number;
}

/**
 * Checks that a backup can be restored: it is complete and unaltered, and every record opens. Rules see the records of their
 * collections, whose schemas are checked; what they return is ignored.
 *
 * @throws {StoreError} damaged if the file is incomplete or altered
 * @throws {StoreError} wrong_passphrase
 * @throws {StoreError} not_a_store if the file is not a backup
 * @throws {StoreError} newer_format
 * @throws {StoreError} invalid if a record does not match the schema of its rule
 */
export async function verifyBackup(options: BackupSource): Promise<BackupFacts> {
  const { created, records } = await openBackup(options);
  const progress = new Progress(options);
  for await (const _ of records()) progress.add();
  progress.end();
  return { created, records: progress.records };
}
