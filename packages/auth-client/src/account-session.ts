import type { ServerMessage } from '@countersign/wire-protocol';
import { makeCredential } from './credential.ts';
import { Enrolment, type Rejection, rejection } from './enrolment.ts';
import type { Link } from './link.ts';
import type { Terms } from './proof.ts';

type Done = Extract<ServerMessage, { type: 'login.done' }>;
type Shown = Extract<ServerMessage, { type: 'account.shown' }>;
/** A current code, or a recovery code, shown again before the authenticator is replaced. */
export interface Factor {
  readonly kind: 'totp' | 'recovery';
  readonly code: string;
}

/** What the server says of an account. */
export type AccountFacts = Omit<Shown, 'type'>;

/** An account logged in to: what its owner can do, on this one connection. */
export class AccountSession {
  readonly username: string;
  /** Unix seconds of the login before this one. */
  readonly lastLogin: number | undefined;
  /** What was refused since then, wrong or unjudged during a wait; codes mean that somebody knows the password. */
  readonly failedSince: { readonly passwords: number; readonly codes: number };
  readonly recoveryCodesLeft: number;
  readonly terms: Terms;
  readonly #link: Link;
  #advice: Done['advice'];

  constructor(link: Link, done: Done, terms: Terms) {
    this.#link = link;
    this.username = done.username;
    this.lastLogin = done.lastLogin;
    this.failedSince = done.failedSince ?? { passwords: 0, codes: 0 };
    this.recoveryCodesLeft = done.recoveryCodesLeft;
    this.#advice = done.advice;
    this.terms = terms;
  }

  /** What the server advises; a new password makes the upgrade needless. */
  get advice(): Done['advice'] {
    return this.#advice;
  }

  /** A new password; every other session of the account loses its power. */
  async changePassword(password: string, signal?: AbortSignal): Promise<void> {
    const credential = await makeCredential(this.username, password, signal);
    await this.#link.ask({ type: 'password.change', ...credential }, 'password.changed');
    this.#advice = this.#advice.filter((what) => what !== 'upgrade_credential');
  }

  /**
   * The same password in the form this version makes. A server that wants another form refuses it and ends the
   * connection (`profile_refused`), so this comes last.
   */
  async upgradeCredential(password: string, signal?: AbortSignal): Promise<void> {
    const credential = await makeCredential(this.username, password, signal);
    await this.#link.ask({ type: 'credential.upgrade', ...credential }, 'credential.upgraded');
  }

  /** Begins a new authenticator; without `factor` only after a login by recovery code. */
  async replaceTotp(factor?: Factor): Promise<Enrolment<void> | Rejection> {
    const answer = await this.#link.ask(
      { type: 'totp.replace', ...(factor === undefined ? {} : { factor }) },
      'totp.replacing',
      'factor.rejected',
    );
    if (answer.type === 'factor.rejected') return rejection(answer);
    return new Enrolment(answer, this.#link, async (code) => {
      const confirmed = await this.#link.ask(
        { type: 'totp.confirm', code },
        'totp.replaced',
        'factor.rejected',
      );
      return confirmed.type === 'factor.rejected' ? confirmed : undefined;
    });
  }

  /** Ten new recovery codes; those from before are worth nothing from now on. */
  async renewRecoveryCodes(): Promise<readonly string[]> {
    const { recoveryCodes } = await this.#link.ask({ type: 'recovery.renew' }, 'recovery.renewed');
    return recoveryCodes;
  }

  async show(): Promise<AccountFacts> {
    const { type: _, ...facts } = await this.#link.ask({ type: 'account.show' }, 'account.shown');
    return facts;
  }

  /** Removes the account and ends the connection. */
  async remove(): Promise<void> {
    await this.#link.ask({ type: 'account.remove' }, 'account.removed');
    this.#advice = [];
    await this.close();
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}
