import type { ServerMessage } from '@countersign/wire-protocol';
import type { Answer, Factor } from './answer.ts';
import type { NewCredential, PrepareCredential } from './credential.ts';
import type { Link } from './link.ts';
import { type CodeStep, codeStep } from './login.ts';

type Proven = Extract<ServerMessage, { type: 'login.proven' }>;

/** A password reset whose code both sides have proven. A new password and a second factor complete it. */
export class PendingReset {
  readonly username: string;
  /** The factor to submit. Only a recovery code if codes are locked, or the authenticator was reset as well. */
  readonly next: CodeStep;
  readonly #link: Link;
  readonly #prepare: PrepareCredential;

  constructor(proven: Proven, options: { username: string; link: Link; prepare: PrepareCredential }) {
    this.username = options.username;
    this.next = codeStep(proven);
    this.#link = options.link;
    this.#prepare = options.prepare;
  }

  /**
   * Computes what the server keeps instead of the password. Takes about half a second by default, so it comes before the
   * code is asked for.
   * @throws {ClientError} bad_password
   */
  prepareCredential(password: string): Promise<NewCredential> {
    return this.#prepare(this.username, password);
  }

  /**
   * Sets the new password and uses up the reset. It does not log in: the connection ends.
   * @throws {ClientError} session_stale if the reset was used, replaced or revoked in the meantime
   */
  submit(credential: NewCredential, factor: Factor): Promise<Answer<void>> {
    const message = { type: 'password.reset', ...credential, factor } as const;
    return this.#link.submit(message, 'password.changed', () => this.close());
  }

  /** Ends the connection. The reset stays valid. */
  async close(): Promise<void> {
    await this.#link.close();
  }
}
