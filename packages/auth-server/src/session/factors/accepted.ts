import { FACTORS, type FactorKind } from '@countersign/wire-protocol';
import type { Account } from '../../accounts/account.ts';
import type { KnownRows } from '../../limits/known-rows.ts';
import { wholeSeconds } from '../phase.ts';
import type { Services } from '../services.ts';
import { FACTOR_RULES } from './index.ts';

/** What an account accepts as a second factor now. */
interface Accepted {
  readonly factors: FactorKind[];
  /** Whole seconds until codes of the authenticator are accepted, after too many wrong ones. */
  readonly retryAfter: number | undefined;
}

/** Returns the kinds of factor that the client can use. TOTP codes are left out while they are locked or after a reset. */
export async function acceptedFactors(
  { ledger }: Services,
  account: Account,
  known: KnownRows,
): Promise<Accepted> {
  const codeDelay = account.totpReset ? Number.POSITIVE_INFINITY : await ledger.codeDelay(account.uid, known);
  const isLocked = codeDelay === Number.POSITIVE_INFINITY;
  const factors = FACTORS.filter(
    (kind) => FACTOR_RULES[kind].isAvailable(account) && !(isLocked && kind === 'totp'),
  );
  return { factors, retryAfter: isLocked || codeDelay === 0 ? undefined : wholeSeconds(codeDelay) };
}
