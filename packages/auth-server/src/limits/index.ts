export { type Attempt, type FactorKind, type Failures, Ledger } from './ledger.ts';
export { DEFAULT_LIMITS, type Limits, limitsSchema } from './limits.ts';
export { sourceOf } from './source.ts';
