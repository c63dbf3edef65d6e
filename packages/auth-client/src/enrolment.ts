import {
  formatOtpauth,
  parseOtpauth,
  TotpError,
  type TotpProfile,
  type TotpSecret,
} from '@countersign/totp-core';
import type { ServerMessage } from '@countersign/wire-protocol';
import type { Answer } from './answer.ts';
import { ClientError } from './errors.ts';
import type { Link } from './link.ts';

type Shown = Extract<ServerMessage, { type: 'register.totp' | 'totp.replacing' }>;

/** A TOTP secret that the server has generated: to be scanned, and confirmed with its first code. */
export class Enrolment<T> {
  /** The server's URI, parsed and formatted again: none of the server's own text is left in it. */
  readonly otpauth: string;
  /** The secret in base32, for users who cannot scan. */
  readonly key: string;
  readonly profile: TotpProfile;
  /**
   * Sends the first code of the new secret.
   *
   * @throws {ClientError} as {@link AccountSession.show}
   */
  readonly confirm: (code: string) => Promise<Answer<T>>;
  readonly #link: Link;

  /** @throws {ClientError} not_countersign when the server's URI cannot be read */
  constructor(shown: Shown, link: Link, confirm: (code: string) => Promise<Answer<T>>) {
    const { otpauth, secret, profile } = readAgain(shown.otpauth);
    this.otpauth = otpauth;
    this.key = secret.toBase32();
    this.profile = profile;
    this.#link = link;
    this.confirm = confirm;
  }

  /** Cancels the enrolment and ends the connection. The server keeps nothing of it. */
  async close(): Promise<void> {
    await this.#link.close();
  }
}

/** Refuses a URI that authenticator apps may refuse, for example one without an issuer or a very long one. */
function readAgain(text: string): { otpauth: string; secret: TotpSecret; profile: TotpProfile } {
  const reading = parseOtpauth(text, { mode: 'strict' });
  if (!reading.ok || reading.otpauth.type !== 'totp') throw unreadable();
  const { issuer = '', account, secret, profile } = reading.otpauth;
  try {
    return { otpauth: formatOtpauth({ issuer, account, secret, profile }), secret, profile };
  } catch (cause) {
    if (cause instanceof TotpError || cause instanceof RangeError) throw unreadable(cause);
    throw cause;
  }
}

function unreadable(cause?: unknown): ClientError {
  return new ClientError('not_countersign', 'the server sent no TOTP secret that can be read', { cause });
}
