export type { Attempt, Hold } from './attempt.ts';
export { keptLimits } from './kept-limits.ts';
export type { Failures, Ledger } from './ledger.ts';
export { DEFAULT_LIMITS, type LimitName, type Limits, limitsInWords, limitsSchema } from './limits.ts';
export { type LimitsReading, readLimits } from './read-limits.ts';
export type { Wait, Waits } from './waits.ts';
