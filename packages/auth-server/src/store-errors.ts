/** What errors of the store mean here. */
import { StoreError } from '@countersign/secure-store';

/** Returns whether a record exists but cannot be read: it does not open, or does not match its schema. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof StoreError && (error.code === 'damaged' || error.code === 'invalid');
}

/** For `catch`: treats a record that cannot be read as missing. */
export function nothingIfUnreadable(error: unknown): undefined {
  if (!isUnreadable(error)) throw error;
  return undefined;
}
