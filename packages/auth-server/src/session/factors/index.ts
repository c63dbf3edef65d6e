import type { FactorKind, SubmitType } from '@countersign/wire-protocol';
import { recovery } from './recovery.ts';
import type { FactorRules } from './rules.ts';
import { totp } from './totp.ts';

/** The rules of every kind of second factor. */
export const FACTOR_RULES: { readonly [K in FactorKind]: FactorRules } = { totp, recovery };

/** The kind of factor of each message that submits a code. */
export const SUBMITTED: { readonly [K in SubmitType]: FactorKind } = {
  'totp.submit': 'totp',
  'recovery.submit': 'recovery',
};
