import { describe, inject } from 'vitest';
import type { Counterpart } from '../counterparts.mjs';

declare module 'vitest' {
  interface ProvidedContext {
    /** The counterparts that this machine lacks. */
    missingCounterparts: Counterpart[];
  }
  interface TaskMeta {
    /** On a skipped suite: the counterparts it lacks. */
    missing?: Counterpart[];
  }
}

/**
 * Declares a suite that needs programs or servers from outside this repository, and skips it on a machine
 * without them. The body still runs to count the tests, so start programs only in tests and hooks.
 *
 * @param needs rows of the table in scripts/counterparts.mjs
 */
export function withCounterpart(needs: Counterpart | Counterpart[], name: string, body: () => void): void {
  const missing = inject('missingCounterparts').filter((one) => [needs].flat().includes(one));
  describe(name, { skip: missing.length > 0, meta: { missing } }, body);
}
