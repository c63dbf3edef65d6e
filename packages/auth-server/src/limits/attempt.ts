/** An attempt to prove a password or a second factor, and why it has to wait. */
import type { LimitName } from './limits.ts';

/** Who tries what: `account` is the uid, real or simulated, and `known` says which. */
export interface Attempt {
  readonly source: string;
  readonly username: string;
  readonly account: string;
  readonly known: boolean;
  /** The keyed hash of a device that the account knows, and that was trusted when the login began. */
  readonly device?: string | undefined;
}

/** Why an attempt is not judged now, and the seconds until it will be; `Infinity` when it is locked. */
export interface Hold {
  readonly seconds: number;
  readonly limit: LimitName;
}
