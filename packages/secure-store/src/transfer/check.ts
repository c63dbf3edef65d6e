/** `store check`: opens every record of one snapshot and compares every slot with the ring. */
import type { Backend } from '../backend.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Finding, readSnapshot } from './snapshot.ts';

/** A damaged or unexpected row. */
export type Bad = Omit<Extract<Finding, { kind: 'bad' }>, 'kind'>;

/** Options of `store.check`. */
export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
}

/** The result of `store.check`. */
export interface CheckReport {
  /** The number of records that opened. */
  readonly records: number;
  readonly slots: number;
  /** Everything damaged or unexpected. `place` is the key in the back end, or the number of a slot. */
  readonly bad: readonly Bad[];
  /** Rows of an unfinished restore, or of the state before a restore. They are harmless. */
  readonly leftovers: number;
}

const PROGRESS = 1000;

/** Checks every record and slot; see `Store.check`. */
export async function check(
  backend: Backend,
  keyring: Keyring,
  { signal, onProgress }: CheckOptions = {},
): Promise<CheckReport> {
  const count = { record: 0, slot: 0, leftover: 0, ring: 0, follower: 0 };
  const bad: Bad[] = [];
  for await (const finding of readSnapshot(backend, keyring, signal)) {
    if (finding.kind === 'bad') {
      const { what, place, problem } = finding;
      bad.push({ what, place, problem });
    } else {
      count[finding.kind] += 1;
      if (finding.kind === 'record' && count.record % PROGRESS === 0) onProgress?.({ records: count.record });
    }
  }
  onProgress?.({ records: count.record });
  return { records: count.record, slots: count.slot, bad, leftovers: count.leftover };
}
