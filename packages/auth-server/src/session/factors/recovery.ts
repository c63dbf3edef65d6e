/** Recovery codes: each is accepted once. */
import { parseRecoveryCode } from '@countersign/totp-core';
import type { FactorRules } from './rules.ts';

export const recovery: FactorRules = {
  isAvailable: ({ recovery }) => recovery.length > 0,
  loginEvent: 'recovery.used',
  async parse(input) {
    const parsed = parseRecoveryCode(input);
    return parsed.ok ? parsed.code : undefined;
  },
  spend({ accounts }, account, code) {
    const left = accounts.withoutRecoveryCode(account, code);
    return left ? { account: left } : 'wrong';
  },
};
