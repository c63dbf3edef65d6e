import type { Account } from '../../accounts/account.ts';
import type { AuditKind } from '../../audit/event.ts';
import type { MessageOf } from '../phase.ts';
import type { Services } from '../services.ts';

/** Why a code is rejected, as the wire says it. */
export type Reason = NonNullable<MessageOf<'factor.rejected'>['reason']>;

/** An account from which a right code was spent. */
export interface Spent {
  readonly account: Account;
  /** How far the user's clock is off, in time steps. */
  readonly offset?: number | undefined;
}

/** What a kind of second factor does with its codes. */
export interface FactorRules {
  /** Returns whether the account has any codes of this kind. */
  isAvailable(account: Account): boolean;
  /** The audit event of a login with it. */
  readonly loginEvent: AuditKind;
  /** Returns the canonical form of a code, or `undefined` if it is malformed, which costs no attempt. */
  parse(input: string, read: () => Promise<Account>): Promise<string | undefined>;
  /**
   * Judges a code against the account as it is now, and spends it. The account is committed on the condition that it has
   * not changed since; otherwise the code is judged again.
   */
  spend(services: Services, account: Account, code: string): Spent | Reason;
}
