import {
  type Certificate,
  formatLine,
  type PublicKey,
  parseCertificate,
  parseKeyId,
  SshError,
} from '@countersign/ssh-core';
import type { ServerMessage } from '@countersign/wire-protocol';
import type { Answer, Factor } from './answer.ts';
import type { NewCredential, PrepareCredential } from './credential.ts';
import { Enrolment } from './enrolment.ts';
import { ClientError } from './errors.ts';
import type { Link } from './link.ts';

type Done = Extract<ServerMessage, { type: 'login.done' }>;
type Shown = Extract<ServerMessage, { type: 'account.shown' }>;

/** What the server keeps about an account. */
export type AccountFacts = Omit<Shown, 'type'>;

/** What failed on an account since its last login. */
export type FailedSince = NonNullable<Done['failedSince']>;

/** A signed token (a JWT in its compact form) and its end in Unix seconds. */
export type IssuedToken = Omit<Extract<ServerMessage, { type: 'token.issued' }>, 'type'>;

/** How long a login took, in milliseconds: `login` without the stretching of the password, and without the user's typing. */
export interface LoginTimes {
  readonly login: number;
  readonly stretching: number;
}

/** An account that the user is logged in to, and what its owner can do on this connection. */
export class AccountSession {
  readonly username: string;
  /** Unix seconds of the login before this one. */
  readonly lastLogin: number | undefined;
  /**
   * What was refused since then, wrong or unjudged during a wait, and the logins that proved the password and were not
   * completed (`at` in Unix seconds). Codes and unfinished logins mean that someone else may know the password.
   */
  readonly failedSince: FailedSince;
  readonly recoveryCodesLeft: number;
  readonly took: LoginTimes;
  readonly #link: Link;
  /** On the clock of `performance.now`, in seconds: a clock that is set cannot move it. */
  readonly #nextCodeAt: number;
  readonly #prepare: PrepareCredential;
  #advice: Done['advice'];

  constructor(link: Link, done: Done, took: LoginTimes, prepare: PrepareCredential) {
    this.#link = link;
    this.username = done.username;
    this.lastLogin = done.lastLogin;
    this.failedSince = done.failedSince ?? { passwords: 0, codes: 0 };
    this.recoveryCodesLeft = done.recoveryCodesLeft;
    this.#nextCodeAt = performance.now() / 1000 + done.nextCodeIn;
    this.#advice = done.advice;
    this.took = took;
    this.#prepare = prepare;
  }

  /** Returns what the server said of the login, as plain data. */
  toJSON(): Pick<
    AccountSession,
    'username' | 'lastLogin' | 'failedSince' | 'recoveryCodesLeft' | 'nextCodeIn' | 'advice'
  > {
    const { username, lastLogin, failedSince, recoveryCodesLeft, nextCodeIn, advice } = this;
    return { username, lastLogin, failedSince, recoveryCodesLeft, nextCodeIn, advice };
  }

  /** What the server advises. A new password makes the upgrade unnecessary. */
  get advice(): Done['advice'] {
    return this.#advice;
  }

  /**
   * Seconds until the authenticator shows a code that has not been used, 0 when it does now. The code of the login is
   * spent: a command that takes a factor waits for the next one, or takes a recovery code.
   */
  get nextCodeIn(): number {
    return Math.max(0, Math.ceil(this.#nextCodeAt - performance.now() / 1000));
  }

  /**
   * Computes what the server keeps instead of a password, for `changePassword` or `upgradeCredential`. Takes about half a
   * second by default, so it comes before the code is asked for.
   * @throws {ClientError} bad_password
   */
  prepareCredential(password: string): Promise<NewCredential> {
    return this.#prepare(this.username, password);
  }

  /** Sets a new password. Every other session of the account ends. */
  changePassword(credential: NewCredential, factor: Factor): Promise<Answer<void>> {
    const message = { type: 'password.change', ...credential, factor } as const;
    return this.#link.submit(message, 'password.changed', () => this.#isUpToDate());
  }

  /**
   * Keeps the password and renews its verifier in the form of this version. A server that wants another form ends the
   * connection (`profile_refused`), so this comes last.
   */
  upgradeCredential(credential: NewCredential, factor: Factor): Promise<Answer<void>> {
    const message = { type: 'credential.upgrade', ...credential, factor } as const;
    return this.#link.submit(message, 'credential.upgraded', () => this.#isUpToDate());
  }

  /** Begins a new authenticator. `factor` may be left out only after a login by recovery code. */
  replaceTotp(factor?: Factor): Promise<Answer<Enrolment<void>>> {
    return this.#link.submit({ type: 'totp.replace', factor }, 'totp.replacing', (shown) => {
      const confirm = (code: string) =>
        this.#link.submit({ type: 'totp.confirm', code }, 'totp.replaced', () => {});
      return new Enrolment(shown, this.#link, confirm);
    });
  }

  /** Returns ten new recovery codes. The earlier ones stop working. */
  renewRecoveryCodes(factor: Factor): Promise<Answer<readonly string[]>> {
    const message = { type: 'recovery.renew', factor } as const;
    return this.#link.submit(message, 'recovery.renewed', ({ recoveryCodes }) => recoveryCodes);
  }

  /**
   * Returns an SSH certificate of the account for a public key, within 15 minutes of the login.
   *
   * @param request `roles`: some of the account's; by default all that can log in over SSH. `seconds`: how long it is
   *   valid; by default as long as the roles allow
   * @throws {ClientError} role_missing, key_refused, login_again, issuing_paused, slow_down; bad_certificate when the server
   *   returns something else
   */
  async certify(request: {
    readonly publicKey: PublicKey;
    readonly roles?: readonly string[] | undefined;
    readonly seconds?: number | undefined;
  }): Promise<Certificate> {
    const { publicKey, roles, seconds } = request;
    const message = {
      type: 'ssh.certify',
      publicKey: formatLine(publicKey),
      roles: roles && [...roles],
      seconds,
    } as const;
    const { certificate } = await this.#link.ask(message, 'ssh.certified');
    return checkedCertificate(certificate, publicKey);
  }

  /**
   * Returns a token with which a service recognises the account, within 15 minutes of the login.
   *
   * @param request `audience`: the address of the service, exactly as the server lists it. `seconds`: how long the token is
   *   valid, at most an hour; by default as long as the server allows
   * @throws {ClientError} unknown_service, role_missing, login_again, issuing_paused, slow_down
   */
  async issueToken(request: {
    readonly audience: string;
    readonly seconds?: number | undefined;
  }): Promise<IssuedToken> {
    const { audience, seconds } = request;
    const message = { type: 'token.issue', audience, seconds } as const;
    const { type: _, ...issued } = await this.#link.ask(message, 'token.issued');
    return issued;
  }

  async show(): Promise<AccountFacts> {
    const { type: _, ...facts } = await this.#link.ask({ type: 'account.show' }, 'account.shown');
    return facts;
  }

  /** Removes the account and ends the connection. */
  remove(factor: Factor): Promise<Answer<void>> {
    return this.#link.submit({ type: 'account.remove', factor }, 'account.removed', async () => {
      this.#advice = [];
      await this.close();
    });
  }

  #isUpToDate(): void {
    this.#advice = this.#advice.filter((what) => what !== 'upgrade_credential');
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}

/** @throws {ClientError} bad_certificate */
function checkedCertificate(line: string, publicKey: PublicKey): Certificate {
  let cause: unknown;
  try {
    const certificate = parseCertificate(line);
    const isForKey = Buffer.compare(certificate.key.blob, publicKey.blob) === 0;
    if (isForKey && parseKeyId(certificate.keyId)) return certificate;
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    cause = error;
  }
  throw new ClientError('bad_certificate', 'the server returned no certificate for this key', { cause });
}
