import { FACTORS, type ServerMessage } from '@countersign/wire-protocol';
import { AccountSession, type LoginTimes } from './account-session.ts';
import type { Answer, Factor } from './answer.ts';
import type { PrepareCredential } from './credential.ts';
import { Enrolment } from './enrolment.ts';
import type { LoginDevice } from './known/devices.ts';
import type { Link } from './link.ts';

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

/** Returns what the server accepts as a second factor. */
export function codeStep({ factors, retryAfter: wait = 0 }: Proven): CodeStep {
  const kinds = FACTORS.filter((kind) => factors.includes(kind));
  return { kind: 'code', kinds, wait, isTooLong: wait > LONGEST_WAIT };
}

export interface LoginParts {
  readonly link: Link;
  readonly device: LoginDevice | undefined;
  readonly prepare: PrepareCredential;
  /** So far. */
  readonly took: LoginTimes;
}

/** A login whose password is proven, both ways; the second factor is still missing. */
export class PendingLogin {
  readonly #proven: Proven;
  readonly #parts: LoginParts;

  constructor(proven: Proven, parts: LoginParts) {
    this.#proven = proven;
    this.#parts = parts;
  }

  /** What the server accepts now: codes, recovery codes, or, after a reset, only a new authenticator. */
  get factors(): Proven['factors'] {
    return this.#proven.factors;
  }

  /** What the user has to do next. */
  get next(): NextStep {
    const { factors } = this.#proven;
    if (factors.includes('totp.replace')) return { kind: 'replace_totp' };
    return factors.includes('totp') ? codeStep(this.#proven) : { kind: 'locked' };
  }

  /**
   * Completes the login with a code or a recovery code.
   *
   * @throws {ClientError} as {@link AccountSession.show}
   */
  submit({ kind, code }: Factor): Promise<Answer<AccountSession>> {
    const type = `${kind}.submit` as const;
    const sent = performance.now();
    return this.#parts.link.submit({ type, code }, 'login.done', (done) => this.#session(done, sent));
  }

  /** After the administrator's reset: a recovery code begins a new authenticator, whose first code logs in. */
  replaceTotp(recoveryCode: string): Promise<Answer<Enrolment<AccountSession>>> {
    const { link } = this.#parts;
    const factor = { kind: 'recovery', code: recoveryCode } as const;
    return link.submit({ type: 'totp.replace', factor }, 'totp.replacing', (shown) => {
      const confirm = (code: string) => {
        const sent = performance.now();
        return link.submit({ type: 'totp.confirm', code }, 'login.done', (done) => this.#session(done, sent));
      };
      return new Enrolment(shown, link, confirm);
    });
  }

  /** Gives the login up, and ends the connection. */
  async close(): Promise<void> {
    await this.#parts.link.close();
  }

  async #session(done: Done, sent: number): Promise<AccountSession> {
    const { link, device, prepare, took } = this.#parts;
    await device?.keep();
    const login = took.login + performance.now() - sent;
    return new AccountSession(link, done, { ...took, login }, prepare);
  }
}
