/**
 * A session: takes a message, gives messages. It knows no sockets and no clock of its own; what is legal when is
 * the wire's table of states, which both sides run on, and what a legal message leads to is decided here.
 */
import { StoreError } from '@countersign/secure-store';
import type { Message } from '@countersign/wire-protocol';
import { AuthError } from '../errors.ts';
import {
  changePassword,
  removeAccount,
  renewRecovery,
  showAccount,
  upgradeCredential,
} from './account-commands.ts';
import { Deadlines } from './deadlines.ts';
import { proveLogin, startLogin, submitRecovery, submitTotp } from './login.ts';
import { type ChannelFacts, type Phase, type PhaseAt, type Proven, refuse, type Step } from './phase.ts';
import { confirmRegistration, proveInvitation, startInvitation, startRegistration } from './registration.ts';
import type { Services } from './services.ts';
import { confirmReplacement, confirmReset, replaceTotp, replaceTotpAfterReset } from './totp-replacement.ts';

export class Session {
  readonly #services: Services;
  readonly #channel: ChannelFacts;
  readonly #onFailure: (error: unknown) => void;
  readonly #deadlines: Deadlines;
  #phase: Phase = { at: 'start', restarted: false };
  /** A right password that no login has followed yet. */
  #unfinished: Proven | undefined;

  /** `onFailure` hears of what went wrong inside; the other side is only told that something did. */
  constructor(services: Services, channel: ChannelFacts, onFailure: (error: unknown) => void) {
    this.#services = services;
    this.#channel = channel;
    this.#onFailure = onFailure;
    this.#deadlines = new Deadlines(services);
  }

  /** Whether the last answers end the connection. */
  get isOver(): boolean {
    return this.#phase.at === 'closed';
  }

  /** Whether a password or an invitation was proven on this connection. */
  get isProven(): boolean {
    const phase = this.#phase;
    switch (phase.at) {
      case 'invited':
      case 'factor':
      case 'resetting':
      case 'authenticated':
        return true;
      case 'enrolling':
        return phase.invitation !== undefined;
      default:
        return false;
    }
  }

  /** Seconds the listener should wait for the next complete message. */
  get patience(): number {
    return this.#deadlines.patience(this.#phase);
  }

  /** The answers to one message, in order. Never throws for anything a client can send. */
  async handle(message: Message): Promise<readonly Message[]> {
    const step = this.#deadlines.areOver(this.#phase)
      ? refuse('expired')
      : await this.#dispatch(message).catch((error: unknown) => this.#failed(error));
    if (step.next.at === 'authenticated' && this.#phase.at !== 'authenticated') this.#deadlines.loggedIn();
    if (step.next.at === 'factor') this.#unfinished = step.next.proven;
    if (step.next.at === 'authenticated') this.#unfinished = undefined;
    this.#phase = step.next;
    return step.messages;
  }

  /** To be called when the connection is over, however it ended. */
  end(): void {
    if (!this.#unfinished) return;
    const { standing, attempt } = this.#unfinished;
    this.#unfinished = undefined;
    const about = { username: standing.username, source: attempt.source };
    this.#services.journal.gather({ kind: 'login.unfinished', ...about });
  }

  async #dispatch(message: Message): Promise<Step> {
    const services = this.#services;
    const channel = this.#channel;
    const phase = this.#phase;
    const end = this.#deadlines.connectionEnd();
    switch (phase.at) {
      case 'start':
        if (message.type === 'login.start') return startLogin(services, channel, phase, message);
        if (message.type === 'invite.start') return startInvitation(services, channel, message);
        if (message.type === 'register.start')
          return startRegistration(services, channel, phase, message, end);
        break;
      case 'challenged':
        if (message.type === 'login.proof') return proveLogin(services, channel, phase, message);
        break;
      case 'inviting':
        if (message.type === 'login.proof') return proveInvitation(services, channel, phase, message);
        break;
      case 'invited':
        if (message.type === 'register.start')
          return startRegistration(services, channel, phase, message, end);
        break;
      case 'enrolling':
        if (message.type === 'register.start')
          return startRegistration(services, channel, phase, message, end);
        if (message.type === 'register.confirm')
          return confirmRegistration(services, channel, phase, message);
        break;
      case 'factor':
        if (message.type === 'totp.submit') return submitTotp(services, phase, message);
        if (message.type === 'recovery.submit') return submitRecovery(services, phase, message);
        if (message.type === 'totp.replace') return replaceTotpAfterReset(services, phase, message, end);
        break;
      case 'resetting':
        if (message.type === 'totp.replace') return replaceTotpAfterReset(services, phase, message, end);
        if (message.type === 'totp.confirm') return confirmReset(services, phase, message);
        break;
      case 'authenticated':
        return command(services, phase, message, end);
      case 'closed':
        break;
    }
    return refuse('protocol');
  }

  #failed(error: unknown): Step {
    if (error instanceof AuthError && error.code === 'session_stale') return refuse('session_stale');
    this.#onFailure(error);
    return refuse(error instanceof StoreError ? 'store_unavailable' : 'internal');
  }
}

async function command(
  services: Services,
  session: PhaseAt<'authenticated'>,
  message: Message,
  end: number,
): Promise<Step> {
  switch (message.type) {
    case 'totp.replace':
      return replaceTotp(services, session, message, end);
    case 'totp.confirm':
      return confirmReplacement(services, session, message);
    case 'password.change':
      return changePassword(services, session, message);
    case 'recovery.renew':
      return renewRecovery(services, session, message);
    case 'account.show':
      return showAccount(services, session);
    case 'account.remove':
      return removeAccount(services, session, message);
    case 'credential.upgrade':
      return upgradeCredential(services, session, message);
    default:
      return refuse('protocol');
  }
}
