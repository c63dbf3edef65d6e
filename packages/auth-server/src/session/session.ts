/**
 * A session: takes a message and returns the answers. It has no sockets and no clock of its own. Its state is always the
 * state of the wire's table, and `HANDLERS` says what each message does there.
 */
import { StoreError } from '@countersign/secure-store';
import type { Message } from '@countersign/wire-protocol';
import type { AuditEvent } from '../audit/event.ts';
import { AuthError } from '../errors.ts';
import { Deadlines } from './deadlines.ts';
import { HANDLERS } from './handlers.ts';
import { type ChannelFacts, type Context, type Phase, refuse, type Step } from './phase.ts';
import type { Services } from './services.ts';

/** The server's side of one conversation. */
export class Session {
  readonly #context: Context;
  readonly #onFailure: (error: unknown) => void;
  readonly #deadlines: Deadlines;
  #phase: Phase = { at: 'start' };
  /** A proven password that no login has followed yet, or a proven reset that no new password has. */
  #unfinished: AuditEvent | undefined;

  /** @param onFailure receives unexpected errors; the client learns only that there was one */
  constructor(services: Services, channel: ChannelFacts, onFailure: (error: unknown) => void) {
    const deadlines = new Deadlines(services);
    this.#deadlines = deadlines;
    this.#onFailure = onFailure;
    this.#context = {
      services,
      channel,
      tries: { rejected: 0, mistyped: 0 },
      known: services.ledger.newKnownRows(),
      onFailure,
      connectionEnd: () => deadlines.connectionEnd(),
    };
  }

  /** The state of the wire's table that the session is in. */
  get state(): Phase['at'] {
    return this.#phase.at;
  }

  /** Whether the last answer ends the connection. */
  get isOver(): boolean {
    return this.#phase.at === 'closed';
  }

  /** Whether a password or an invitation was proven on this connection. */
  get isProven(): boolean {
    const phase = this.#phase;
    if (phase.at === 'enrolling') return phase.invitation !== undefined;
    return phase.at === 'invited' || 'proven' in phase || isLoggedIn(phase);
  }

  /** Whether a login or registration has begun and is not complete. */
  get isUnderway(): boolean {
    return this.#phase.at !== 'start' && !this.isOver && !isLoggedIn(this.#phase);
  }

  /** Seconds that the listener waits for the next complete message. */
  get patience(): number {
    return this.#deadlines.patience(this.#phase);
  }

  /** Returns the answers to a message, in order. Never throws, whatever a client sends. */
  async handle(message: Message): Promise<readonly Message[]> {
    const { next, answer } = this.#deadlines.areOver(this.#phase)
      ? refuse('expired')
      : await this.#dispatch(message).catch((error: unknown) => this.#failed(error));
    this.#unfinished = unfinishedIn(next) ?? this.#unfinished;
    if (isSettled(answer)) this.#unfinished = undefined;
    if (isLoggedIn(next)) {
      this.#unfinished = undefined;
      if (!isLoggedIn(this.#phase)) this.#deadlines.loggedIn();
    }
    this.#phase = next;
    return [answer];
  }

  /** To be called when the connection is over, however it ended. */
  end(): void {
    this.#context.known.close();
    if (this.#unfinished) this.#context.services.journal.gather(this.#unfinished);
    this.#unfinished = undefined;
  }

  async #dispatch(message: Message): Promise<Step> {
    const phase = this.#phase;
    const handlers: Handlers | undefined = phase.at === 'closed' ? undefined : HANDLERS[phase.at];
    const handler = handlers && Object.hasOwn(handlers, message.type) ? handlers[message.type] : undefined;
    // The handler was looked up by the state and the type of exactly these two.
    return handler ? handler(this.#context, phase as never, message as never) : refuse('protocol');
  }

  #failed(error: unknown): Step {
    if (error instanceof AuthError && error.code === 'session_stale') return refuse('session_stale');
    this.#onFailure(error);
    return refuse(error instanceof StoreError ? 'store_unavailable' : 'internal');
  }
}

/** The handlers of one state, whichever it is. */
type Handlers = { readonly [T in Message['type']]?: (...step: [Context, never, never]) => Promise<Step> };

/** Whether the proof is used up or recorded. */
function isSettled(answer: Message): boolean {
  return answer.type === 'password.changed' || (answer.type === 'error' && answer.code === 'login_refused');
}

/** Returns the event for a connection that ends in this phase. */
function unfinishedIn(phase: Phase): AuditEvent | undefined {
  if ('proven' in phase) {
    const { standing, attempt } = phase.proven;
    return { kind: 'login.unfinished', username: standing.username, source: attempt.source };
  }
  if (phase.at !== 'invited' || !('standing' in phase)) return undefined;
  return { kind: 'reset.unfinished', username: phase.standing.username, source: phase.source };
}

function isLoggedIn(phase: Phase): boolean {
  return phase.at === 'authenticated' || phase.at === 'replacement';
}
