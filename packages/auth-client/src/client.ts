/**
 * The client's side of Countersign: which server is talked to, why it is trusted, and the two ways in.
 *
 * Trust (in this order): a certificate authority or a pin that was given; a pin remembered from before; on login
 * whatever answers, since the password proves the server over the channel, after which its pin is remembered; on
 * registration the pin in the invitation, or what the user has looked at and said yes to.
 */

import { CURRENT_SUITE, engineFor } from '@countersign/srp-core';
import type { Trust } from '@countersign/tls-channel';
import type { WireStretch } from '@countersign/wire-protocol';
import { checkNewPassword, checkUsername, makeCredential } from './credential.ts';
import { LoginDevice } from './device.ts';
import { Enrolment } from './enrolment.ts';
import { ClientError } from './errors.ts';
import { codeParts, type Invitation } from './invitation.ts';
import type { KnownDevices } from './known-devices.ts';
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
  /** Where the tokens are kept that make this client a known device; it is a stranger at each login without it. */
  readonly knownDevices?: KnownDevices;
  /** Called when such a token cannot be read or kept: the login goes on as a stranger's. */
  readonly onDeviceProblem?: (error: unknown) => void;
  /** How new passwords are stretched, Argon2id with 64 MiB by default; the server registers its own profile only. */
  readonly stretch?: WireStretch | undefined;
  readonly signal?: AbortSignal;
  /** Unix milliseconds. */
  readonly clock?: () => number;
  /** Called before something that takes longer than a blink. */
  readonly onProgress?: (what: 'connecting' | 'stretching' | 'proving') => void;
}

/** Why a server that is neither given nor remembered is trusted. */
interface Presumed {
  readonly confirmedPin?: string | undefined;
  readonly invitation?: Invitation | undefined;
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
    const trust = await this.#trust();
    const opening = this.#open(trust);
    engineFor(CURRENT_SUITE.group); // checks itself at its first use: while the connection is being made
    const link = await opening;
    return closingOnFailure(link, async () => {
      const device = await this.#device(username, link, trust);
      const { proven, terms } = await provePassword(link, {
        username,
        password,
        device: device?.token,
        onProgress: (what) => this.#options.onProgress?.(what),
        ...this.#signal,
      });
      await this.#remember(link.pin);
      return new PendingLogin({ link, proven, terms, device, stretch: this.#options.stretch });
    });
  }

  /**
   * Connects and ends the connection again, so that a server that is not there, or shows another key than it should, is
   * noticed before a password is typed.
   *
   * @returns the pin of its key, and whether that is trusted already: otherwise the user has to confirm it before an
   *   open registration, and a login proves it
   * @throws {ClientError} unreachable, timeout, not_countersign, pin_changed, pin_conflict, untrusted_certificate
   */
  async probe(invitation?: Invitation): Promise<{ readonly pin: string; readonly trusted: boolean }> {
    const trust = await this.#trust({ invitation });
    const link = await this.#open(trust);
    await link.close();
    return { pin: link.pin, trusted: trust.kind !== 'any' };
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
    const trust = await this.#trust({ confirmedPin: options.confirmedPin });
    if (trust.kind === 'any') throw new ClientError('server_not_proven', 'the pin was not confirmed');
    const link = await this.#open(trust);
    return closingOnFailure(link, () => this.#enrol(link, username, options.password));
  }

  /**
   * Registers with an invitation. Its secret proves the server and its pin is expected of it, so nothing has to be
   * confirmed. Another pin that is remembered or given stops it (`pin_conflict`).
   */
  async registerInvited(options: {
    name: string;
    password: string;
    invitation: Invitation;
  }): Promise<Enrolment<Registered>> {
    const username = checkUsername(options.name);
    checkNewPassword(options.password);
    const { invitation } = options;
    const code = codeParts(invitation.code);
    const link = await this.#open(await this.#trust({ invitation }));
    return closingOnFailure(link, async () => {
      await proveInvitation(link, code, this.#options.signal);
      return this.#enrol(link, username, options.password);
    });
  }

  async #enrol(link: Link, username: string, password: string): Promise<Enrolment<Registered>> {
    this.#options.onProgress?.('stretching');
    const { stretch, signal } = this.#options;
    const credential = await makeCredential(username, password, { stretch, signal });
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

  async #trust({ confirmedPin, invitation }: Presumed = {}): Promise<Trust> {
    const { ca, pin: given, knownServers, server } = this.#options;
    if (ca !== undefined) return { kind: 'ca', ca };
    const pin = given ?? (await knownServers?.find(formatServer(server)))?.pin;
    if (pin !== undefined && invitation !== undefined && invitation.pin !== pin)
      throw new ClientError('pin_conflict', 'the invitation names another pin than the one known', {
        pins: { expected: pin, shown: invitation.pin },
      });
    const expected = pin ?? invitation?.pin ?? confirmedPin;
    return expected === undefined ? { kind: 'any' } : { kind: 'pin', pin: expected };
  }

  async #device(username: string, link: Link, trust: Trust): Promise<LoginDevice | undefined> {
    const { knownDevices: devices, onDeviceProblem: onProblem = () => {}, server } = this.#options;
    if (!devices) return undefined;
    const place = { server: formatServer(server), username };
    return LoginDevice.for({ place, devices, trust, pin: link.pin, onProblem });
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
