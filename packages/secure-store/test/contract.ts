/** Everything that holds on every back end, in two parts. */
import { describeAttacks } from './attacks-contract.ts';
import type { Place } from './backend-contract.ts';
import { describeBackend } from './backend-contract.ts';
import { describeCopy } from './copy-contract.ts';
import { describeKeys } from './keys-contract.ts';
import { describeKilledKeys } from './keys-killed-contract.ts';
import { describeReseal } from './reseal-contract.ts';
import { describeRestore } from './restore-contract.ts';
import { describeStore } from './store-contract.ts';

/**
 * The part that depends on the back end. `npm test` runs it on each.
 *
 * @param makePlace returns a new, empty place each time
 */
export function describeBackEnd(name: string, makePlace: () => Promise<Place>): void {
  describeBackend(name, makePlace);
  describeStore(name, makePlace);
  describeCopy(name, makePlace);
}

/** The part above the back end. `npm test` runs it in memory, `npm run test:slow` on the others. */
export function describeSealing(name: string, makePlace: () => Promise<Place>): void {
  describeKeys(name, makePlace);
  describeReseal(name, makePlace);
  describeKilledKeys(name, makePlace);
  describeRestore(name, makePlace);
  describeAttacks(name, makePlace);
}
