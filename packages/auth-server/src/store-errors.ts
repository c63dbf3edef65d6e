/** What the errors of the store mean to whoever reads and commits. */
import { StoreError } from '@countersign/secure-store';

/** Whether a commit failed because something it relied on is no longer so. */
export function isConflict(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'conflict';
}

/** Whether a record is there and cannot be read: it does not open, or holds something else. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'damaged' || error.code === 'invalid');
}

/** For `catch`: a record that cannot be read counts as one that is not there. */
export function nothingIfUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
  return undefined;
}
