/**
 * Connects to a server, decides why it is trusted, registers and logs in.
 *
 * The reasons for trust, in this order: a certificate authority or a pin that was given; a remembered pin; for a login,
 * none at first, since the password proves the server over the channel, after which its pin is remembered; for a
 * registration, the pin in the invitation or the one that the user has confirmed.
 */
import { CURRENT_SUITE, engineFor } from '@countersign/srp-core';
import type { Trust } from '@countersign/tls-channel';
import type { WireStretch } from '@countersign/wire-protocol';
import { checkNewPassword, checkUsername, makeCredential, type PrepareCredential } from './credential.ts';
import { Enrolment } from './enrolment.ts';
import { ClientError, serverError } from './errors.ts';
import { codeParts, type Invitation } from './invitation.ts';
import { type KnownDevices, type LoginDevice, loginDevice } from './known/devices.ts';
import type { KnownServers } from './known/servers.ts';
import { Link } from './link.ts';
import { PendingLogin } from './login.ts';
import { PendingReset } from './password-reset.ts';
import { proveInvitation, provePassword } from './proof.ts';
import { formatServer, type ServerAddress } from './server-address.ts';

/** The server of a client, why it is trusted, and what is remembered of it. */
export interface ClientOptions {
  readonly server: ServerAddress;
  /** Certificate authorities, PEM. The server's certificate and host name are checked against them. */
  readonly ca?: string | undefined;
  /** `sha256:…` of the only key that is accepted. */
  readonly pin?: string | undefined;
  /** Where pins are remembered. Without it nothing is remembered. */
  readonly knownServers?: KnownServers | undefined;
  /** Called when a proven pin cannot be remembered, and the work goes on. Without it the error is thrown. */
  readonly onPinProblem?: ((error: unknown) => void) | undefined;
  /** Where the tokens are kept that make this client a known device. Without it the client is unknown at each login. */
  readonly knownDevices?: KnownDevices | undefined;
  /** Called when such a token cannot be read or kept. The login goes on as that of an unknown device. */
  readonly onDeviceProblem?: ((error: unknown) => void) | undefined;
  /** How new passwords are stretched, Argon2id with 64 MiB by default. A server registers only its own profile. */
  readonly stretch?: WireStretch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Unix milliseconds. */
  readonly clock?: (() => number) | undefined;
  /** Called before each step that may take noticeable time. */
  readonly onProgress?: ((what: 'connecting' | 'stretching' | 'proving') => void) | undefined;
}

/** Why a server that is neither given nor remembered is trusted. */
interface Presumed {
  readonly confirmedPin?: string | undefined;
  readonly invitation?: Invitation | undefined;
}

/** A new account, and why its server is trusted if it is not known yet. An invitation proves the server by its secret. */
export interface Registration extends Presumed {
  readonly name: string;
  readonly password: string;
}

/** A server to which a connection was made. */
export interface Probed {
  /** The pin of its key. */
  readonly pin: string;
  /** Whether it is trusted already. Otherwise the user has to confirm the pin before an open registration; a login proves it. */
  readonly trusted: boolean;
}

/** A registered account. */
export interface Registered {
  readonly username: string;
  readonly recoveryCodes: readonly string[];
}

/** A client of one server. Each registration, login and probe opens a connection of its own. */
export class Client {
  readonly #options: ClientOptions;
  readonly #prepare: PrepareCredential = (username, password) =>
    makeCredential(username, password, this.#options);

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Proves the password, and the server with it. The second factor is submitted to the result.
   * @throws {ClientError} authentication_failed for a wrong name and a wrong password alike, the server's other codes,
   *   unreachable, timeout, connection_lost, not_countersign, pin_changed, untrusted_certificate, server_not_proven,
   *   unacceptable_terms, bad_username, known_servers_damaged, known_servers_unreadable
   */
  async login(name: string, password: string): Promise<PendingLogin> {
    const username = checkUsername(name);
    const trust = await this.#trust();
    const started = performance.now();
    const login = this.#connected(trust, async (link) => {
      const { signal, onProgress } = this.#options;
      const device = await this.#device(username, link, trust);
      const claim = { username, password, device: device?.token, signal, onProgress };
      const { proven, stretching } = await provePassword(link, claim);
      await this.#remember(link.pin);
      const took = { login: performance.now() - started - stretching, stretching };
      return new PendingLogin(proven, { link, device, prepare: this.#prepare, took });
    });
    engineFor(CURRENT_SUITE.group); // checks itself at its first use: while the connection is being made
    return login;
  }

  /**
   * Connects and disconnects, to notice a missing server or a wrong key before a password is typed.
   *
   * @throws {ClientError} unreachable, timeout, not_countersign, pin_changed, pin_conflict, untrusted_certificate,
   *   known_servers_damaged, known_servers_unreadable
   */
  async probe(invitation?: Invitation): Promise<Probed> {
    return this.#probe(invitation, async () => {});
  }

  /**
   * As `probe`, and asks whether anyone can register. A server that is not trusted yet can lie about it, and only about it.
   * @throws {ClientError} registration_closed, invitation_required, the server's other codes, and as `probe`
   */
  async probeRegistration(): Promise<Probed> {
    return this.#probe(undefined, async (link) => {
      const { registration } = await link.ask({ type: 'register.ask' }, 'register.policy');
      if (registration === 'closed') throw serverError('registration_closed');
      if (registration === 'invite') throw serverError('invitation_required');
    });
  }

  /**
   * Registers with a server that is trusted already, whose pin the user has confirmed, or with an invitation, whose pin
   * the server must show. The account exists only after a correct first code.
   * @throws {ClientError} bad_username, bad_password, bad_invitation, server_not_proven if there is no reason to trust the
   *   server, authentication_failed for an invitation that is not valid, the server's other codes, and as `probe`
   */
  async register({ name, password, confirmedPin, invitation }: Registration): Promise<Enrolment<Registered>> {
    const username = checkUsername(name);
    checkNewPassword(password);
    const code = invitation && codeParts(invitation.code);
    const trust = await this.#trust({ confirmedPin, invitation });
    if (trust.kind === 'any') throw new ClientError('server_not_proven', 'the pin was not confirmed');
    return this.#connected(trust, async (link) => {
      const proven = code && (await proveInvitation(link, code, this.#options.signal));
      if (proven && isReset(proven))
        throw new ClientError('is_a_reset', 'this is the code of a password reset');
      return this.#enrol(link, username, password);
    });
  }

  /**
   * Proves the code of an administrator's password reset, which has the form of an invitation, and the server with it.
   * @throws {ClientError} bad_invitation, is_an_invitation, authentication_failed for a code that is not valid, and as `login`
   */
  async resetPassword(invitation: Invitation): Promise<PendingReset> {
    const { username } = invitation;
    const code = codeParts(invitation.code);
    return this.#connected(await this.#trust({ invitation }), async (link) => {
      const proven = await proveInvitation(link, code, this.#options.signal);
      if (!isReset(proven) || username === undefined)
        throw new ClientError('is_an_invitation', 'this is an invitation to register');
      await this.#remember(link.pin);
      return new PendingReset(proven, { username, link, prepare: this.#prepare });
    });
  }

  async #probe(invitation: Invitation | undefined, work: (link: Link) => Promise<void>): Promise<Probed> {
    const trust = await this.#trust({ invitation });
    return this.#connected(trust, async (link) => {
      await work(link);
      await link.close();
      return { pin: link.pin, trusted: trust.kind !== 'any' };
    });
  }

  async #enrol(link: Link, username: string, password: string): Promise<Enrolment<Registered>> {
    this.#options.onProgress?.('stretching');
    const credential = await this.#prepare(username, password);
    const shown = await link.ask({ type: 'register.start', username, ...credential }, 'register.totp');
    // Before the account exists: afterwards no error may come before the recovery codes.
    await this.#remember(link.pin);
    return new Enrolment(shown, link, (code) =>
      link.submit({ type: 'register.confirm', code }, 'register.done', async ({ recoveryCodes }) => {
        await link.close();
        return { username, recoveryCodes };
      }),
    );
  }

  /** Works on a new connection, which is closed if that fails. */
  async #connected<T>(trust: Trust, work: (link: Link) => Promise<T>): Promise<T> {
    const { server, signal, onProgress } = this.#options;
    onProgress?.('connecting');
    const link = await Link.open(server, trust, signal);
    try {
      return await work(link);
    } catch (error) {
      await link.close();
      throw error;
    }
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
    return loginDevice({ place, devices, trust, pin: link.pin, onProblem });
  }

  async #remember(pin: string): Promise<void> {
    const { knownServers, server, clock = Date.now, onPinProblem } = this.#options;
    try {
      await knownServers?.remember(formatServer(server), pin, Math.floor(clock() / 1000));
    } catch (error) {
      if (!onPinProblem) throw error;
      onPinProblem(error);
    }
  }
}

/** Whether the proven code belongs to a password reset: an invitation to register has no second factor. */
function isReset({ factors }: Awaited<ReturnType<typeof proveInvitation>>): boolean {
  return factors.length > 0;
}
