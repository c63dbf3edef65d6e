/**
 * The client's side of Countersign: which server is talked to, why it is trusted, and the two ways in.
 *
 * Trust (in this order): a certificate authority or a pin that was given; a pin remembered from before; on login
 * whatever answers, since the password proves the server over the channel, after which its pin is remembered; on open
 * registration what the user has looked at and said yes to.
 */

import { CURRENT_SUITE, engineFor } from '@countersign/srp-core';
import type { Trust } from '@countersign/tls-channel';
import { checkNewPassword, checkUsername, makeCredential } from './credential.ts';
import { Enrolment } from './enrolment.ts';
import { ClientError } from './errors.ts';
import { parseInvitation } from './invitation.ts';
import type { KnownServers } from './known-servers.ts';
import { Link } from './link.ts';
import { PendingLogin } from './login.ts';
import { proveInvitation, provePassword } from './proof.ts';
import { formatServer, type ServerAddress } from './server-address.ts';

export interface ClientOptions {
  readonly server: ServerAddress;
  /** Certificate authorities, PEM: the server's certificate and host name are checked against them. */
  readonly ca?: string;
  /** `sha256:…`; the only key that is talked to. */
  readonly pin?: string;
  /** Where pins are remembered; nothing is remembered without it. */
  readonly knownServers?: KnownServers;
  readonly signal?: AbortSignal;
  /** Unix milliseconds. */
  readonly clock?: () => number;
  /** Called before something that takes longer than a blink. */
  readonly onProgress?: (what: 'connecting' | 'stretching' | 'proving') => void;
}

/** What a confirmed registration gives. */
export interface Registered {
  readonly username: string;
  readonly recoveryCodes: readonly string[];
}

export class Client {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Proves the password; the second factor is asked of what this gives.
   * @throws ClientError, `authentication_failed` for a wrong name or password alike
   */
  async login(name: string, password: string): Promise<PendingLogin> {
    const username = checkUsername(name);
    const opening = this.#open(await this.#trust());
    engineFor(CURRENT_SUITE.group); // checks itself at its first use: while the connection is being made
    const link = await opening;
    return closingOnFailure(link, async () => {
      const { proven, terms } = await provePassword(link, {
        username,
        password,
        onProgress: (what) => this.#options.onProgress?.(what),
        ...this.#signal,
      });
      await this.#remember(link.pin);
      return new PendingLogin(link, proven, terms);
    });
  }

  /**
   * The pin to show before an open registration, or `undefined` when the server is trusted already. Connects in either
   * case, so that a server that is not there or shows another key is found out before a password is typed.
   */
  async pinToConfirm(): Promise<string | undefined> {
    const trust = await this.#trust();
    const link = await this.#open(trust);
    await link.close();
    return trust.kind === 'any' ? link.pin : undefined;
  }

  /**
   * Registers with a server that is trusted already, or whose pin the user has confirmed. The account exists only
   * when the first code was right.
   */
  async register(options: {
    name: string;
    password: string;
    confirmedPin?: string | undefined;
  }): Promise<Enrolment<Registered>> {
    const username = checkUsername(options.name);
    checkNewPassword(options.password);
    const trust = await this.#trust(options.confirmedPin);
    if (trust.kind === 'any') throw new ClientError('server_not_proven', 'nobody has confirmed the pin');
    const link = await this.#open(trust);
    return closingOnFailure(link, () => this.#enrol(link, username, options.password));
  }

  /** Registers with an invitation: its secret proves the server, so nothing has to be confirmed. */
  async registerInvited(options: {
    name: string;
    password: string;
    invitation: string;
  }): Promise<Enrolment<Registered>> {
    const username = checkUsername(options.name);
    checkNewPassword(options.password);
    const invitation = parseInvitation(options.invitation);
    const link = await this.#open(await this.#trust());
    return closingOnFailure(link, async () => {
      await proveInvitation(link, invitation, this.#options.signal);
      return this.#enrol(link, username, options.password);
    });
  }

  async #enrol(link: Link, username: string, password: string): Promise<Enrolment<Registered>> {
    this.#options.onProgress?.('stretching');
    const credential = await makeCredential(username, password, this.#options.signal);
    const shown = await link.ask({ type: 'register.start', username, ...credential }, 'register.totp');
    // Before the account exists: afterwards nothing may stand between the user and the recovery codes.
    await this.#remember(link.pin);
    return new Enrolment(shown, link, async (code) => {
      const answer = await link.ask({ type: 'register.confirm', code }, 'register.done', 'factor.rejected');
      if (answer.type === 'factor.rejected') return answer;
      await link.close();
      return { username, recoveryCodes: answer.recoveryCodes };
    });
  }

  async #open(trust: Trust): Promise<Link> {
    this.#options.onProgress?.('connecting');
    return Link.open(this.#options.server, trust, this.#options.signal);
  }

  async #trust(confirmedPin?: string): Promise<Trust> {
    const { ca, pin, knownServers, server } = this.#options;
    if (ca !== undefined) return { kind: 'ca', ca };
    if (pin !== undefined) return { kind: 'pin', pin };
    const known = await knownServers?.find(formatServer(server));
    if (known) return { kind: 'pin', pin: known.pin };
    return confirmedPin === undefined ? { kind: 'any' } : { kind: 'pin', pin: confirmedPin };
  }

  async #remember(pin: string): Promise<void> {
    const { knownServers, server, clock = Date.now } = this.#options;
    await knownServers?.remember(formatServer(server), pin, Math.floor(clock() / 1000));
  }

  get #signal(): { signal?: AbortSignal } {
    return this.#options.signal === undefined ? {} : { signal: this.#options.signal };
  }
}

async function closingOnFailure<T>(link: Link, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await link.close();
    throw error;
  }
}
