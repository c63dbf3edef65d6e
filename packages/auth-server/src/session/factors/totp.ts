/** Codes of an authenticator app: each time step is accepted once. */
import { parseCode, TotpSecret, verifyCode } from '@countersign/totp-core';
import { toBytes } from '../../accounts/account.ts';
import { secondsNow } from '../services.ts';
import type { FactorRules } from './rules.ts';

export const totp: FactorRules = {
  isAvailable: () => true,
  loginEvent: 'login.succeeded',
  parse: async (input, read) => parseCode(input, (await read()).totp.digits),
  spend(services, account, code) {
    const { secret, algorithm, digits, period, lastStep } = account.totp;
    const found = verifyCode({
      secret: TotpSecret.fromBytes(toBytes(secret), { imported: true }),
      profile: { algorithm, digits, period },
      code,
      time: secondsNow(services),
      after: lastStep,
    });
    if (!found.ok) return found.reason;
    if (account.totpReset) return 'used';
    return { account: { ...account, totp: { ...account.totp, lastStep: found.step } }, offset: found.offset };
  },
};
