/** `store backup`: writes one snapshot to a portable sealed file, while other processes keep working. */

import type { Backend, Put } from '../backend.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type RecordChange, sealChanges } from '../records/records.ts';
import type { Write } from '../records/write.ts';
import { BackupWriter, type WriteChunk } from './backup-file.ts';
import { Progress, type ProgressOptions } from './progress.ts';
import { type Bad, readSnapshot } from './snapshot.ts';

/** Options of `store.backup`. */
export interface BackupOptions extends ProgressOptions {
  /** Called with one chunk after another; the next one waits for the promise. */
  readonly write: WriteChunk;
  /** Records to insert that are in the backup only: `inserting` of a collection. */
  readonly more?: readonly Write[] | undefined;
}

/** What a backup contains. */
export interface BackupReport {
  readonly records: number;
  readonly bytes: number;
  /** Records that do not open. They are left out of the backup. */
  readonly bad: readonly Bad[];
}

/** @throws {StoreError} damaged if a slot does not match the ring: it could not open the backup */
export async function backup(
  backend: Backend,
  keyring: Keyring,
  options: Omit<BackupOptions, 'more'> & { readonly more: readonly RecordChange[] },
  created: number,
): Promise<BackupReport> {
  const bad: Bad[] = [];
  const progress = new Progress(options);
  let file: BackupWriter | undefined;
  let more: readonly Put[] = [];
  for await (const finding of readSnapshot(backend, keyring, options.signal)) {
    if (finding.kind === 'ring') {
      file = new BackupWriter(finding.keys.root, created, options.write);
      more = sealChanges(finding.keys, options.more).writes;
    }
    if (finding.kind === 'leftover' || finding.kind === 'follower') continue;
    if (finding.kind === 'bad') {
      const { what, place } = finding.bad;
      if (what === 'slot') throw new StoreError('damaged', `Slot ${place} was damaged or tampered with.`);
      bad.push(finding.bad);
      continue;
    }
    await file?.row(finding.row);
    if (finding.kind === 'record') progress.add();
  }
  for (const { key, value } of more) {
    if (value === undefined) continue;
    await file?.row({ key, value });
    progress.add();
  }
  await file?.end();
  progress.end();
  return { records: progress.records, bytes: file?.bytes ?? 0, bad };
}
