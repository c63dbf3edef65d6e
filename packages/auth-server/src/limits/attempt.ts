/** An attempt to prove a password or a factor, and what keeps it waiting. */
import type { LimitName } from './limits.ts';

/** Who tries what: `account` is the uid, real or simulated, and `known` says which. */
export interface Attempt {
  readonly source: string;
  readonly username: string;
  readonly account: string;
  readonly known: boolean;
  /** The keyed hash of a device that the account knows, and that was not mistrusted when the login began. */
  readonly device?: string | undefined;
}

export type FactorKind = 'totp' | 'recovery';

/** Why an attempt is not judged now, and in how many seconds it would be; `Infinity` when it is locked. */
export interface Hold {
  readonly seconds: number;
  readonly limit: LimitName;
}
