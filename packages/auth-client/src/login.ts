import type { ServerMessage, WireStretch } from '@countersign/wire-protocol';
import { AccountSession } from './account-session.ts';
import type { Answer, Factor } from './answer.ts';
import { Enrolment } from './enrolment.ts';
import type { LoginDevice } from './known-devices.ts';
import type { Link } from './link.ts';
import type { Terms } from './proof.ts';

type Proven = Extract<ServerMessage, { type: 'login.proven' }>;
type Done = Extract<ServerMessage, { type: 'login.done' }>;

/** The longest wait that a connection outlives, in seconds. */
const LONGEST_WAIT = 240;

/** Submit a factor of one of `kinds`. */
export interface CodeStep {
  readonly kind: 'code';
  readonly kinds: readonly Factor['kind'][];
  /** Seconds until codes are accepted, after too many wrong ones. Recovery codes are accepted at once. */
  readonly wait: number;
  /** The connection ends before that. */
  readonly isTooLong: boolean;
}

/**
 * What a user has to do next: submit a factor; submit a recovery code, since codes are locked (`locked`); or set up a new
 * authenticator with the recovery code that the administrator has handed out (`replace_totp`).
 */
export type NextStep = CodeStep | { readonly kind: 'locked' | 'replace_totp' };

/** A login whose password is proven, both ways; the second factor is still missing. */
export class PendingLogin {
  /** What the server accepts now: codes, recovery codes, or, after a reset, only a new authenticator. */
  readonly factors: Proven['factors'];
  /** Seconds until codes of the authenticator are accepted, where there were too many wrong ones. */
  readonly retryAfter: number | undefined;
  readonly #link: Link;
  readonly #terms: Terms;
  readonly #device: LoginDevice | undefined;
  readonly #stretch: WireStretch | undefined;

  /** @param options.stretch of new passwords */
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

  get next(): NextStep {
    const { factors, retryAfter: wait = 0 } = this;
    if (factors.includes('totp.replace')) return { kind: 'replace_totp' };
    if (!factors.includes('totp')) return { kind: 'locked' };
    const kinds = (['totp', 'recovery'] as const).filter((kind) => factors.includes(kind));
    return { kind: 'code', kinds, wait, isTooLong: wait > LONGEST_WAIT };
  }

  /** Completes the login with a code or a recovery code. @throws {ClientError} as {@link AccountSession.show} */
  submit({ kind, code }: Factor): Promise<Answer<AccountSession>> {
    const type = kind === 'totp' ? 'totp.submit' : 'recovery.submit';
    return this.#link.submit({ type, code }, 'login.done', (done) => this.#session(done));
  }

  /** After the administrator's reset: a recovery code begins a new authenticator, whose first code logs in. */
  replaceTotp(recoveryCode: string): Promise<Answer<Enrolment<AccountSession>>> {
    const factor = { kind: 'recovery', code: recoveryCode } as const;
    return this.#link.submit({ type: 'totp.replace', factor }, 'totp.replacing', (shown) => {
      const confirm = (code: string) =>
        this.#link.submit({ type: 'totp.confirm', code }, 'login.done', (done) => this.#session(done));
      return new Enrolment(shown, this.#link, confirm);
    });
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #session(done: Done): Promise<AccountSession> {
    await this.#device?.keep();
    return new AccountSession(this.#link, done, this.#terms, this.#stretch);
  }
}
