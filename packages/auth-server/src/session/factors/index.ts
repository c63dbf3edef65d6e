import type { FactorKind } from '@countersign/wire-protocol';
import { recovery } from './recovery.ts';
import type { FactorRules } from './rules.ts';
import { totp } from './totp.ts';

/** The rules of every kind of second factor. */
export const FACTOR_RULES: { readonly [K in FactorKind]: FactorRules } = { totp, recovery };
