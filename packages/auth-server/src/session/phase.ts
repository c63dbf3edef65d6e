import type { Entry } from '@countersign/secure-store';
import type { ServerStart, Suite } from '@countersign/srp-core';
import type { Enrolment } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import type { Account, Credential } from '../accounts/account.ts';
import type { Standing } from '../accounts/accounts.ts';
import type { Invitation } from '../accounts/invitations.ts';
import type { Attempt, FactorKind } from '../limits/attempt.ts';

/** The channel a session runs in: the RFC 9266 exporter value, and where the other side sits. */
export interface ChannelFacts {
  readonly binding: Uint8Array;
  readonly source: string;
  /**
   * To be called when a `login.start` was judged to come from a device that the account knows, and before it is
   * answered: moves the connection into the quarter of seats that is reserved for known devices, so that it is served
   * where strangers hold all the others. `account` is the uid. When that quarter is full, or the account's devices hold their part of it, the connection stays where it is. May be called
   * more than once. Without it (a session with no listener) there are no seats.
   */
  readonly knownDevice?: (account: string) => void;
}

/** What was sent in `login.challenge`, and what the proof will be checked against. */
export interface Challenged {
  readonly username: string;
  readonly suite: Suite;
  readonly identity: string;
  readonly stretch: Account['credential']['stretch'];
  readonly salt: Uint8Array;
  readonly A: Uint8Array;
  readonly pending: ServerStart;
}

/** An account whose password was proven on this connection. */
export interface Proven {
  readonly standing: Standing;
  /** Keyed hash of the token that the client presented, known to the account or not. */
  readonly device: string | undefined;
  readonly attempt: Attempt;
  readonly account: Account;
  /** The number under which the ledger has counted the proof, if it has. */
  readonly proof: number | undefined;
}

/**
 * The codes that this connection got wrong and that are to be reported, until a right one shows that its user had only mistyped. One
 * for all phases of a connection.
 */
export interface Mistyped {
  codes: number;
}

/** Where a session stands. The wire's table of states says what may come; this holds what it is about. */
export type Phase =
  | { readonly at: 'start'; readonly restarted: boolean }
  | {
      readonly at: 'challenged';
      readonly challenge: Challenged;
      readonly account: Account | undefined;
      readonly attempt: Attempt;
      readonly device: string | undefined;
    }
  | {
      readonly at: 'inviting';
      readonly challenge: Challenged;
      readonly invitation: Entry<Invitation> | undefined;
    }
  | { readonly at: 'invited'; readonly invitation: Entry<Invitation> }
  | {
      readonly at: 'enrolling';
      readonly username: string;
      readonly credential: Credential;
      readonly enrolment: Enrolment;
      readonly invitation: Entry<Invitation> | undefined;
    }
  | {
      readonly at: 'factor';
      readonly proven: Proven;
      readonly wrong: number;
      readonly mistyped: Mistyped;
    }
  /** After `user reset-totp`: a new authenticator first, and its first code completes the login. */
  | {
      readonly at: 'resetting';
      readonly proven: Proven;
      readonly wrong: number;
      readonly mistyped: Mistyped;
      readonly enrolment: Enrolment;
      readonly recoveryCode: string;
    }
  | {
      readonly at: 'authenticated';
      readonly standing: Standing;
      readonly source: string;
      readonly device: string | undefined;
      /** Opened by a recovery code, or a code was given for it: a new authenticator may be enrolled. */
      readonly mayReplaceTotp: boolean;
      /** Given for replacing the authenticator, and spent only with its first code. */
      readonly recoveryCode: string | undefined;
      /** The kinds of factor whose secrets were made in this session: they pay for nothing in it. */
      readonly ownFactors: readonly FactorKind[];
      readonly wrong: number;
      readonly mistyped: Mistyped;
      readonly enrolment: Enrolment | undefined;
    }
  | { readonly at: 'closed' };

export type PhaseAt<K extends Phase['at']> = Extract<Phase, { at: K }>;

/** What a message leads to: the next phase and the answers, in order. */
export interface Step {
  readonly next: Phase;
  readonly messages: readonly Message[];
}

export type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>;
export type ServerErrorCode = MessageOf<'error'>['code'];

export const CLOSED: Phase = { at: 'closed' };

export function answer(next: Phase, ...messages: Message[]): Step {
  return { next, messages };
}

/** The last word of a session. */
export function refuse(code: ServerErrorCode, retryAfter?: number): Step {
  return answer(CLOSED, refusal(code, retryAfter));
}

/** An `error`. Its text is fixed per code, and never tells what the other side sent. */
export function refusal(code: ServerErrorCode, retryAfter?: number): MessageOf<'error'> {
  const wait = retryAfter === undefined ? {} : { retryAfter: Math.max(1, Math.ceil(retryAfter)) };
  return { type: 'error', code, message: ERROR_TEXTS[code], ...wait };
}

const ERROR_TEXTS: Readonly<Record<ServerErrorCode, string>> = {
  authentication_failed: 'user name or password is wrong',
  name_taken: 'that user name is taken',
  registration_closed: 'this server takes no registrations',
  invitation_required: 'this server takes registrations by invitation only',
  slow_down: 'too many attempts',
  locked: 'codes are locked for this account',
  disabled: 'this account is disabled',
  channel_mismatch: 'somebody sits between client and server',
  session_stale: 'the account has changed in the meantime',
  protocol: 'the message does not fit the protocol',
  profile_refused: 'the credential is not of the profile this server takes',
  name_refused: 'that user name is outside the rules',
  expired: 'too late',
  busy: 'the server is busy',
  store_unavailable: 'the store cannot be used right now',
  shutting_down: 'the server is shutting down',
  internal: 'something went wrong on the server',
};
