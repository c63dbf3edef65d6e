/**
 * The limits of the server that was started last, in the store: the administrator's commands use them, whatever file the
 * server was given.
 */
import type { Store } from '@countersign/secure-store';
import { OneRecord } from '../one-record.ts';
import { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits.ts';

function recordOf(store: Store): OneRecord<Limits> {
  return new OneRecord(store, 'limits', limitsSchema, 'server');
}

/** Stores the limits when a server starts. */
export function keepLimits(store: Store, limits: Limits): Promise<void> {
  return recordOf(store).keep(limits);
}

/** Returns the stored limits; the default if there are none or they cannot be read. */
export async function keptLimits(store: Store): Promise<Limits> {
  return (await recordOf(store).readableValue()) ?? DEFAULT_LIMITS;
}
