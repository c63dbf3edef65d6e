import type { FactorKind } from '@countersign/wire-protocol';

/** A login that is complete except for the decision. */
export interface LoginToDecide {
  readonly uid: string;
  readonly username: string;
  readonly roles: readonly string[];
  /** The second factor; `recovery` for a login that completes an administrator's reset of the authenticator. */
  readonly factor: FactorKind;
  /** Unix seconds. */
  readonly at: number;
}

/**
 * Decides on a login: `undefined` allows it.
 *
 * @param options `signal`: aborted after five seconds, when the time is over
 * @returns `refused`: the reason, for the audit log. The client learns only that the login was refused
 */
export type OnLogin = (
  login: LoginToDecide,
  options: { readonly signal: AbortSignal },
) => Promise<{ readonly refused: string } | undefined>;
