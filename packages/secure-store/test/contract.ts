/** Everything that holds on every back end. */
import { describeAttacks } from './attacks-contract.ts';
import type { Place } from './backend-contract.ts';
import { describeBackend } from './backend-contract.ts';
import { describeCopy } from './copy-contract.ts';
import { describeKeys } from './keys-contract.ts';
import { describeKilledKeys } from './keys-killed-contract.ts';
import { describeRestore } from './restore-contract.ts';
import { describeStore } from './store-contract.ts';

/** @param makePlace gives an empty place each time */
export function describeEverything(name: string, makePlace: () => Promise<Place>): void {
  describeBackend(name, makePlace);
  describeStore(name, makePlace);
  describeKeys(name, makePlace);
  describeKilledKeys(name, makePlace);
  describeRestore(name, makePlace);
  describeCopy(name, makePlace);
  describeAttacks(name, makePlace);
}
