/** `store check`: one snapshot, every record opened, every slot compared with what the ring says of it. */
import type { Backend } from '../backend.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Finding, readSnapshot } from './snapshot.ts';

export type Bad = Omit<Extract<Finding, { kind: 'bad' }>, 'kind'>;

export interface CheckOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
}

export interface CheckReport {
  /** Records that opened. */
  readonly records: number;
  readonly slots: number;
  /** Everything that is not as it should be; `place` is the key in the back end, or the number of a slot. */
  readonly bad: readonly Bad[];
  /** Rows of a restore that was not finished, or of the state before one: harmless, and in nobody's way. */
  readonly leftovers: number;
}

const PROGRESS = 1000;

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
