/** Errors that mean that a store is lost to this process, not that it is out of reach for a while. */
import type { Backend } from '../backend.ts';
import { StoreError, type StoreErrorCode } from '../errors.ts';

/** Returns whether an error of a back end means that its store is permanently lost to this process. */
export function isLostTo({ remote }: Backend, error: unknown): boolean {
  if (!(error instanceof StoreError)) return false;
  return FINAL.has(error.code) || (remote !== true && FINAL_ON_DISK.has(error.code));
}

const FINAL: ReadonlySet<StoreErrorCode> = new Set(['moved', 'locked_out']);
const FINAL_ON_DISK: ReadonlySet<StoreErrorCode> = new Set(['not_a_store', 'damaged', 'newer_format']);
