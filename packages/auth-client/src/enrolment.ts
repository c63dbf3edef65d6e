import {
  formatOtpauth,
  parseOtpauth,
  TotpError,
  type TotpProfile,
  type TotpSecret,
} from '@countersign/totp-core';
import type { ServerMessage } from '@countersign/wire-protocol';
import { ClientError } from './errors.ts';
import type { Link } from './link.ts';

type Rejected = Extract<ServerMessage, { type: 'factor.rejected' }>;
type Shown = Extract<ServerMessage, { type: 'register.totp' | 'totp.replacing' }>;

/** Why a code was not taken, and how often one may still be sent on this connection. */
export type Rejection = Omit<Rejected, 'type'> & {
  readonly ok: false;
};

export function rejection({ type: _, ...why }: Rejected): Rejection {
  return { ok: false, ...why };
}

/** A TOTP secret the server has made: to be scanned, and confirmed with its first code. */
export class Enrolment<T> {
  /** Read and written anew by us: nothing of the server's own text is left in it. */
  readonly otpauth: string;
  /** The secret in base32, for those who cannot scan. */
  readonly key: string;
  readonly profile: TotpProfile;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly #link: Link;
  readonly #confirm: (code: string) => Promise<T | Rejected>;

  /** @throws ClientError `not_countersign` when the server's URI cannot be read. */
  constructor(shown: Shown, link: Link, confirm: (code: string) => Promise<T | Rejected>) {
    const { otpauth, secret, profile } = written(shown.otpauth);
    this.otpauth = otpauth;
    this.key = secret.toBase32();
    this.profile = profile;
    this.expiresAt = shown.expiresAt;
    this.#link = link;
    this.#confirm = confirm;
  }

  /** Sends the first code of the new secret. */
  async confirm(code: string): Promise<{ readonly ok: true; readonly result: T } | Rejection> {
    const answer = await this.#confirm(code);
    return isRejected(answer) ? rejection(answer) : { ok: true, result: answer };
  }

  /** Gives it up: ends the connection, and what was not confirmed leaves nothing behind. */
  async close(): Promise<void> {
    await this.#link.close();
  }
}

/** The server's URI, read and written anew; one that apps may not take, as it has no issuer or is too long, is refused. */
function written(text: string): { otpauth: string; secret: TotpSecret; profile: TotpProfile } {
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

function isRejected(answer: unknown): answer is Rejected {
  return (
    typeof answer === 'object' && answer !== null && 'type' in answer && answer.type === 'factor.rejected'
  );
}
