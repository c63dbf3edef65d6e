/** What a load run reports. */

/** Counts, in the order in which they are printed, and what was wrong. */
export interface Outcome {
  readonly counts: Readonly<Record<string, number>>;
  /** Empty if the run was sound. */
  readonly faults: readonly string[];
}

/** Returns the messages of the conditions that do not hold. */
export function faultsOf(conditions: readonly (readonly [holds: boolean, fault: string])[]): string[] {
  return conditions.filter(([holds]) => !holds).map(([, fault]) => fault);
}
