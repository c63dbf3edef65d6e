import type { Entry } from '@countersign/secure-store';
import type { ServerStart, Suite } from '@countersign/srp-core';
import type { Enrolment } from '@countersign/totp-core';
import type { FactorKind, Message } from '@countersign/wire-protocol';
import type { Account, Credential } from '../accounts/account.ts';
import type { Invitation } from '../accounts/invitations.ts';
import type { Standing } from '../accounts/standing.ts';
import type { Attempt } from '../limits/attempt.ts';
import type { KnownRows } from '../limits/known-rows.ts';
import type { Services } from './services.ts';

/** The channel of a session: the RFC 9266 exporter value, and the origin of the connection. */
export interface ChannelFacts {
  readonly binding: Uint8Array;
  readonly source: string;
  /**
   * Called when a `login.start` comes from a device that the account knows, before it is answered. Moves the connection
   * to one of the seats that are reserved for known devices, if one is free for this account; otherwise the connection
   * stays where it is. Can be called more than once. A session without a listener has no seats.
   *
   * @param account the uid
   */
  readonly knownDevice?: ((account: string) => void) | undefined;
  /**
   * Waits until the server has time for a conversation that begins. Resolves with `false` if it does not. Called after
   * `knownDevice`, which gives the connection a better chance, and before any expensive work.
   */
  readonly mayBegin?: (() => Promise<boolean>) | undefined;
}

/** What was sent in `login.challenge`, and what the proof is checked against. */
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
  /** Keyed hash of the token that the client presented, whether or not the account knows it. */
  readonly device: string | undefined;
  readonly attempt: Attempt;
  /** The account as it was when the password was proven. */
  readonly entry: Entry<Account>;
  /** The number under which the ledger counted the proof, if it did. */
  readonly proof: number | undefined;
  /** There were no other unfinished logins then. */
  readonly isClean: boolean;
}

/** The password is proven; the second factor is missing. */
interface AtTheFactor {
  readonly proven: Proven;
  /** After `user reset-totp`: the new authenticator, whose first code completes the login, and the code that pays for it. */
  readonly enrolment?: Enrolment | undefined;
  readonly recoveryCode?: string | undefined;
}

/** Logged in. */
interface LoggedIn {
  readonly standing: Standing;
  readonly source: string;
  readonly device: string | undefined;
  /** When the second factor was accepted, on the clock of `uptime`. */
  readonly since: number;
  /** The login, as its tokens describe it. */
  readonly login: { readonly at: number; readonly factor: FactorKind };
  /** Logged in with a recovery code, or a code was given for it: a new authenticator can be enrolled. */
  readonly mayReplaceTotp: boolean;
  /** Given for replacing the authenticator, and spent with its first code. */
  readonly recoveryCode?: string | undefined;
  /** The kinds of factor whose secrets were created in this session: they pay for nothing in it. */
  readonly ownFactors: readonly FactorKind[];
  readonly enrolment?: Enrolment | undefined;
}

/** The code of a password reset is proven; the second factor is missing. */
interface Resetting {
  readonly invitation: Entry<Invitation>;
  readonly standing: Standing;
  readonly source: string;
}

/** What a session knows in each state of the wire in which the client speaks. */
interface Knowledge {
  readonly start: object;
  readonly restarting: object;
  readonly challenged: {
    readonly challenge: Challenged;
    readonly entry: Entry<Account> | undefined;
    readonly attempt: Attempt;
    readonly device: string | undefined;
  };
  readonly proven: AtTheFactor;
  readonly reset: AtTheFactor & { readonly enrolment: Enrolment; readonly recoveryCode: string };
  readonly inviteChallenged: {
    readonly challenge: Challenged;
    readonly invitation: Entry<Invitation> | undefined;
  };
  readonly invited: { readonly invitation: Entry<Invitation> } | Resetting;
  readonly enrolling: {
    readonly username: string;
    readonly credential: Credential;
    readonly enrolment: Enrolment;
    readonly invitation: Entry<Invitation> | undefined;
  };
  readonly authenticated: LoggedIn;
  readonly replacement: LoggedIn & { readonly enrolment: Enrolment };
  readonly closed: object;
}

/** The state of a session, with what it knows there. */
export type Phase = { [S in keyof Knowledge]: PhaseAt<S> }[keyof Knowledge];
/** The state in which the user sets a new password after a reset. */
export type ResetPhase = Extract<PhaseAt<'invited'>, Resetting>;
export type PhaseAt<S extends keyof Knowledge> = { [K in S]: { readonly at: K } & Knowledge[K] }[S];

/** One per connection: what handlers work with besides the phase. */
export interface Context {
  readonly services: Services;
  readonly channel: ChannelFacts;
  readonly tries: Tries;
  /** The rows of the ledger that this connection knows. */
  readonly known: KnownRows;
  /** Receives unexpected errors. */
  readonly onFailure: (error: unknown) => void;
  /** Unix seconds of the end of the connection: what a handler begins ends no later. */
  readonly connectionEnd: () => number;
}

/** Codes of this connection that were not accepted, counted anew after the login. */
export interface Tries {
  /** All of them: the limit for one connection. */
  rejected: number;
  /** Those that will be reported, until a right code shows that the user had mistyped. */
  mistyped: number;
}

/** Handles one type of message in one state. */
export type Handler<P, T extends Message['type']> = (
  context: Context,
  phase: P,
  message: MessageOf<T>,
) => Promise<Step>;

/** What a message leads to: the next phase and the answer. */
export interface Step {
  readonly next: Phase;
  readonly answer: Message;
}

export type MessageOf<T extends Message['type']> = Extract<Message, { type: T }>;
export type ServerErrorCode = MessageOf<'error'>['code'];

export const CLOSED: Phase = { at: 'closed' };

export function answer(next: Phase, message: Message): Step {
  return { next, answer: message };
}

/** Ends the session with an error. */
export function refuse(code: ServerErrorCode, retryAfter?: number): Step {
  return answer(CLOSED, refusal(code, retryAfter));
}

/** Returns an `error`. Its text depends on the code alone, and contains nothing that the other side sent. */
export function refusal(code: ServerErrorCode, retryAfter?: number): MessageOf<'error'> {
  return { type: 'error', code, message: ERROR_TEXTS[code], retryAfter: wholeSeconds(retryAfter) };
}

/** Returns seconds as the wire carries them: whole, and at least one. */
export function wholeSeconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
}

const ERROR_TEXTS: Readonly<Record<ServerErrorCode, string>> = {
  authentication_failed: 'wrong user name or password',
  name_taken: 'this user name is taken',
  registration_closed: 'registration is closed on this server',
  invitation_required: 'registration on this server requires an invitation',
  slow_down: 'too many attempts',
  locked: 'codes are locked for this account',
  disabled: 'this account is disabled',
  channel_mismatch: 'another party intercepts this connection',
  session_stale: 'the account has changed in the meantime',
  protocol: 'the message violates the protocol',
  profile_refused: 'the credential does not follow the profile of this server',
  name_refused: 'this user name violates the rules',
  expired: 'too late',
  role_missing: 'the account has no role for this',
  unknown_service: 'no tokens are issued for this audience',
  key_refused: 'this public key cannot be certified',
  issuing_paused: 'nothing is issued after a restore',
  login_refused: 'the service refuses this login',
  login_again: 'this requires a new login',
  busy: 'the server is busy',
  store_unavailable: 'the store is not available',
  shutting_down: 'the server is shutting down',
  internal: 'internal error',
};
