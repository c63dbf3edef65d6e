/** `store check`: opens every record of one snapshot and compares every slot with the ring. */
import type { Backend } from '../backend.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Progress, type ProgressOptions } from './progress.ts';
import { type Bad, readSnapshot } from './snapshot.ts';

/** The result of `store.check`. */
export interface CheckReport {
  /** The number of records that opened. */
  readonly records: number;
  readonly slots: number;
  /** Everything damaged or unexpected. */
  readonly bad: readonly Bad[];
  /** Rows of an unfinished restore, or of the state before a restore. They are harmless. */
  readonly leftovers: number;
}

/** Checks every record and slot; see `Store.check`. */
export async function check(
  backend: Backend,
  keyring: Keyring,
  options: ProgressOptions = {},
): Promise<CheckReport> {
  const progress = new Progress(options);
  const bad: Bad[] = [];
  let slots = 0;
  let leftovers = 0;
  for await (const finding of readSnapshot(backend, keyring, options.signal)) {
    if (finding.kind === 'bad') bad.push(finding.bad);
    if (finding.kind === 'slot') slots += 1;
    if (finding.kind === 'leftover') leftovers += 1;
    if (finding.kind === 'record') progress.add();
  }
  progress.end();
  return { records: progress.records, slots, bad, leftovers };
}
