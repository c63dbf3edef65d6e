/** `store backup`: writes one snapshot to a portable sealed file, while other processes keep working. */
import type { Put } from '../backend.ts';
import type { Keyring } from '../keys/keyring.ts';
import { damagedSlot } from '../keys/slot.ts';
import { Write } from '../records/write.ts';
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
  keyring: Keyring,
  { write, more = [], ...options }: BackupOptions,
  created: number,
): Promise<BackupReport> {
  const bad: Bad[] = [];
  const progress = new Progress(options);
  let file: BackupWriter | undefined;
  let added: readonly Put[] = [];
  for await (const finding of readSnapshot(keyring, options.signal)) {
    if (finding.kind === 'ring') {
      file = new BackupWriter(finding.keys.root, created, write);
      added = Write.seal(keyring, finding.keys, more).writes;
    }
    if (finding.kind === 'leftover' || finding.kind === 'follower') continue;
    if (finding.kind === 'bad') {
      if (finding.bad.what === 'slot') throw damagedSlot(Number(finding.bad.place));
      bad.push(finding.bad);
      continue;
    }
    await file?.row(finding.row);
    if (finding.kind === 'record') progress.add();
  }
  for (const { key, value } of added) {
    if (value === undefined) continue;
    await file?.row({ key, value });
    progress.add();
  }
  await file?.end();
  progress.end();
  return { records: progress.records, bytes: file?.bytes ?? 0, bad };
}
