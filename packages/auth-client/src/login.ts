import type { ServerMessage, WireStretch } from '@countersign/wire-protocol';
import { AccountSession } from './account-session.ts';
import type { LoginDevice } from './device.ts';
import { Enrolment, type Rejection, rejection } from './enrolment.ts';
import type { Link } from './link.ts';
import type { Terms } from './proof.ts';

type Proven = Extract<ServerMessage, { type: 'login.proven' }>;
type Done = Extract<ServerMessage, { type: 'login.done' }>;
type Rejected = Extract<ServerMessage, { type: 'factor.rejected' }>;

export type FactorAnswer = { readonly ok: true; readonly session: AccountSession } | Rejection;

/** A login whose password is proven, both ways; the second factor is still to come. */
export class PendingLogin {
  /** What the server takes now: codes, recovery codes, or, after a reset, only a new authenticator. */
  readonly factors: Proven['factors'];
  /** Seconds until codes of the authenticator are taken, where there were too many wrong ones. */
  readonly retryAfter: number | undefined;
  readonly #link: Link;
  readonly #terms: Terms;
  readonly #device: LoginDevice | undefined;
  readonly #stretch: WireStretch | undefined;

  /** `stretch` is of new passwords. */
  constructor(options: {
    link: Link;
    proven: Proven;
    terms: Terms;
    device: LoginDevice | undefined;
    stretch: WireStretch | undefined;
  }) {
    const { link, proven, terms, device, stretch } = options;
    this.factors = proven.factors;
    this.retryAfter = proven.retryAfter;
    this.#device = device;
    this.#link = link;
    this.#terms = terms;
    this.#stretch = stretch;
  }

  async submitCode(code: string): Promise<FactorAnswer> {
    return this.#answered(
      await this.#link.ask({ type: 'totp.submit', code }, 'login.done', 'factor.rejected'),
    );
  }

  async submitRecoveryCode(code: string): Promise<FactorAnswer> {
    return this.#answered(
      await this.#link.ask({ type: 'recovery.submit', code }, 'login.done', 'factor.rejected'),
    );
  }

  /** After the administrator's reset: a recovery code begins a new authenticator, whose first code logs in. */
  async replaceTotp(recoveryCode: string): Promise<Enrolment<AccountSession> | Rejection> {
    const factor = { kind: 'recovery', code: recoveryCode } as const;
    const answer = await this.#link.ask(
      { type: 'totp.replace', factor },
      'totp.replacing',
      'factor.rejected',
    );
    if (answer.type === 'factor.rejected') return rejection(answer);
    return new Enrolment(answer, this.#link, async (code) => {
      const confirmed = await this.#link.ask({ type: 'totp.confirm', code }, 'login.done', 'factor.rejected');
      return confirmed.type === 'factor.rejected' ? confirmed : this.#session(confirmed);
    });
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #answered(answer: Done | Rejected): Promise<FactorAnswer> {
    if (answer.type === 'factor.rejected') return rejection(answer);
    return { ok: true, session: await this.#session(answer) };
  }

  async #session(done: Done): Promise<AccountSession> {
    await this.#device?.loggedIn();
    return new AccountSession(this.#link, done, this.#terms, this.#stretch);
  }
}
