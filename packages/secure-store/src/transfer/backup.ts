/** `store backup`: writes one snapshot to a portable sealed file, while other processes keep working. */

import type { Backend } from '../backend.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { BackupWriter, type WriteChunk } from './backup-file.ts';
import type { Bad } from './check.ts';
import { readSnapshot } from './snapshot.ts';

/** Options of `store.backup`. */
export interface BackupOptions {
  /** Called with one chunk after another; the next one waits for the promise. */
  readonly write: WriteChunk;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
}

/** What a backup contains. */
export interface BackupReport {
  readonly records: number;
  readonly bytes: number;
  /** Records that do not open. They are left out of the backup. */
  readonly bad: readonly Bad[];
}

const PROGRESS = 1000;

/** @throws {StoreError} damaged if a slot does not match the ring: it could not open the backup */
export async function backup(
  backend: Backend,
  keyring: Keyring,
  { write, signal, onProgress }: BackupOptions,
  created: number,
): Promise<BackupReport> {
  const bad: Bad[] = [];
  let records = 0;
  let file: BackupWriter | undefined;
  for await (const finding of readSnapshot(backend, keyring, signal)) {
    if (finding.kind === 'ring') file = new BackupWriter(finding.keys.root, created, write);
    if (finding.kind === 'leftover' || finding.kind === 'follower') continue;
    if (finding.kind === 'bad') {
      const { what, place, problem } = finding;
      if (what === 'slot') throw new StoreError('damaged', `Slot ${place} was damaged or tampered with.`);
      bad.push({ what, place, problem });
      continue;
    }
    await file?.row(finding.row);
    if (finding.kind !== 'record') continue;
    records += 1;
    if (records % PROGRESS === 0) onProgress?.({ records });
  }
  await file?.end();
  onProgress?.({ records });
  return { records, bytes: file?.bytes ?? 0, bad };
}
