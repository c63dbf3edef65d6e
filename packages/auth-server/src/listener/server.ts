/**
 * The server: accepts TLS channels, runs a session on each, and does the regular work of a process. Nothing that a client
 * does ends the process.
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import type { Store } from '@countersign/secure-store';
import { engineFor } from '@countersign/srp-core';
import {
  type Arrival,
  type Channel,
  ChannelError,
  formatAddress,
  listenTls,
  pinOf,
  type Timers,
} from '@countersign/tls-channel';
import type { AuditEvent } from '../audit/event.ts';
import { pruneAudit } from '../audit/prune.ts';
import { keepServedKey } from '../audit/served-key.ts';
import { keepLimits } from '../limits/kept-limits.ts';
import { DEFAULT_LIMITS, type Limits, limitsInWords, replaceLimits } from '../limits/limits.ts';
import { sourceOf } from '../limits/source.ts';
import type { OnLogin } from '../session/on-login.ts';
import {
  type CompletedLogin,
  createServices,
  type Profile,
  type RegistrationPolicy,
  type Services,
  secondsNow,
} from '../session/services.ts';
import { Session } from '../session/session.ts';
import { converse } from './conversation.ts';
import { type Condition, followKeys } from './following.ts';
import { type Guest, Seats } from './seats.ts';
import { type OnMeasure, Stages } from './stages.ts';
import { Turns } from './turns.ts';

/** Options of `startAuthServer`. */
export interface ServerOptions {
  readonly store: Store;
  /** The private key and certificate, in PEM. */
  readonly key: string;
  readonly cert: string;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 selects any free port. */
  readonly port: number;
  /**
   * TCP relays in front of the server that send the PROXY protocol, as addresses and networks (`192.0.2.1`, `10.0.0.0/8`).
   * They are believed: limits and audit events use the addresses that they report.
   */
  readonly relays?: readonly string[] | undefined;
  /** Who can register. */
  readonly registration: RegistrationPolicy;
  /** Shown by authenticator apps above the account; default `Countersign`. */
  readonly issuer?: string | undefined;
  /** Default `DEFAULT_LIMITS`. */
  readonly limits?: Limits | undefined;
  /** Default `DEFAULT_SERVER_PROFILE`. */
  readonly profile?: Profile | undefined;
  /** How many hours an SSH certificate is valid at most; default 10. */
  readonly sshHours?: number | undefined;
  /** The URL under which verifiers find the keys of tokens, an origin with https. Without it no tokens are issued. */
  readonly issuerUrl?: string | undefined;
  /** Audit events older than this many days are removed, at the start and hourly; default `DEFAULT_AUDIT_DAYS`. */
  readonly auditDays?: number | undefined;
  /** Unix milliseconds. */
  readonly clock?: (() => number) | undefined;
  /** The monotonic clock for all deadlines; for tests. */
  readonly timers?: Timers | undefined;
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined;
  /**
   * Decides on each login whose password and second factor are right, and can refuse it. It must decide within five seconds;
   * otherwise, or if it throws, the login is refused. It is called before the login is committed. In rare cases the login then
   * fails because another client was faster; `onEvent` reports the logins that succeeded.
   */
  readonly onLogin?: OnLogin | undefined;
  /** Receives events for a log. They contain no secrets and no text of the other side. */
  readonly onEvent?: ((event: ServerEvent) => void) | undefined;
  /** Receives how long the stages of logins take. */
  readonly onMeasure?: OnMeasure | undefined;
}

/** The settings that can change while a server runs. */
export type ChangeableOptions = Pick<
  ServerOptions,
  'registration' | 'relays' | 'limits' | 'sshHours' | 'auditDays'
>;

/** Something that happened, for a log. */
export type ServerEvent =
  | { readonly kind: 'connected'; readonly source: string }
  /** A connection that was refused before its first message. */
  | { readonly kind: 'refused'; readonly source: string; readonly because: string }
  | { readonly kind: 'disconnected'; readonly source: string; readonly because: string }
  /** A complete login, whatever the second factor was. The audit log has a different event for each kind. */
  | ({ readonly kind: 'login.succeeded' } & CompletedLogin)
  /** An event of the audit log. */
  | { readonly kind: 'audited'; readonly event: AuditEvent }
  | { readonly kind: 'failure'; readonly error: unknown };

/** A running server, returned by `startAuthServer`. */
export interface AuthServer {
  readonly host: string;
  readonly port: number;
  /** The pin of the certificate in use. */
  readonly pin: string;
  /** The number of open connections. */
  readonly connections: number;
  /** The state of the store. */
  readonly condition: Condition;
  /**
   * Uses another key and certificate for new connections.
   *
   * @throws {ChannelError} bad_certificate
   */
  setIdentity(identity: { key: string; cert: string }): void;
  /**
   * Uses other settings from now on, for open connections too. Those left out get their defaults.
   *
   * @throws {RangeError} if one of `relays` is neither an address nor a network; then nothing has changed
   */
  change(settings: ChangeableOptions): Promise<void>;
  /**
   * Resolves with the reason when the store is lost for good: moved, deleted, rolled back, or locked to this process. Every
   * login fails from then on, and the process should end.
   */
  readonly lost: Promise<unknown>;
  /** Waits for commits in flight, closes all connections and writes the rest of the audit log. Can be called again. */
  close(): Promise<void>;
}

/** How long audit events are kept, in days. */
export const DEFAULT_AUDIT_DAYS = 90;

const FLUSH_MILLISECONDS = 60_000;
const SWEEP_MILLISECONDS = 15 * 60_000;
const PRUNE_MILLISECONDS = 60 * 60_000;
const CLOSING_GRACE_MILLISECONDS = 2_000;
/** Connections that are being ended no longer have a place. With this many of them, new ones are closed at once. */
const MOST_GOODBYES = 256;

/**
 * Starts a server on an open store. The store stays open after `close`.
 *
 * @throws {ChannelError} address_in_use
 * @throws {ChannelError} listen_failed
 * @throws {ChannelError} bad_certificate
 * @throws {RangeError} if one of `relays` is neither an address nor a network
 * @throws {AuthError} bad_option if an otpauth URI cannot carry the issuer
 */
export async function startAuthServer(options: ServerOptions): Promise<AuthServer> {
  const {
    store,
    host = '127.0.0.1',
    port,
    key,
    cert,
    timers,
    onEvent = () => {},
    onMeasure = () => {},
  } = options;
  const services = createServices({
    store,
    registration: options.registration,
    clock: options.clock ?? Date.now,
    randomBytes: options.randomBytes ?? ((length) => new Uint8Array(randomBytes(length))),
    onAudit: (event) => onEvent({ kind: 'audited', event }),
    decideLogin: options.onLogin,
    onLogin: (login) => onEvent({ kind: 'login.succeeded', ...login }),
    issuer: options.issuer,
    limits: options.limits,
    profile: options.profile,
    sshHours: options.sshHours,
    issuerUrl: options.issuerUrl,
    uptime: timers && (() => timers.now()),
  });
  const { journal, ledger, limits } = services;
  const seats = new Seats(limits);
  const turns = new Turns({ timers });
  const guests = new WeakMap<Arrival, Guest>();
  const sessions = new Set<Promise<void>>();
  const chores = new Set<Promise<void>>();
  const closing = new AbortController();

  const onFailure = (error: unknown) => onEvent({ kind: 'failure', error });

  /** Gives a connection its place, before its handshake. */
  function receive(arrival: Arrival): void {
    const source = sourceOf(arrival.remoteAddress);
    const turnAway = () => {
      onEvent({ kind: 'refused', source, because: 'busy' });
      arrival.destroy();
    };
    const guest = seats.enter(source, turnAway);
    if (guest) {
      guests.set(arrival, guest);
      void arrival.gone.then(() => guest.leave());
    } else {
      turnAway();
    }
  }

  async function serve(channel: Channel, guest: Guest): Promise<void> {
    const { source } = guest;
    onEvent({ kind: 'connected', source });
    const knownDevice = (account: string) => guest.takeReservedSeat(account);
    const turn = turns.of(guest);
    const mayBegin = () => turn.begin();
    const facts = { binding: channel.binding, source, knownDevice, mayBegin };
    const session = new Session(services, facts, onFailure);
    let because = 'failure';
    try {
      because = await converse(channel, session, guest, turn, new Stages(onMeasure));
    } catch (error) {
      onFailure(error);
    } finally {
      session.end();
      onEvent({ kind: 'disconnected', source, because });
    }
  }

  const listener = await listenTls({
    host,
    port,
    key,
    cert,
    relays: options.relays,
    maxConnections: mostConnections(limits),
    onArrival: receive,
    onChannel(channel, arrival) {
      const guest = guests.get(arrival);
      if (!guest) return channel.destroy();
      onMeasure('handshake', (services.uptime() - arrival.at) / 1000);
      const work = serve(channel, guest).finally(() => sessions.delete(work));
      sessions.add(work);
      return work;
    },
    onError(error, remoteAddress = '') {
      const because = error instanceof ChannelError ? error.code : 'handshake_failed';
      onEvent({ kind: 'refused', source: sourceOf(remoteAddress), because });
    },
    timers,
  });

  engineFor(services.profile.suite.group); // its self-test runs now, not in the first login
  const detail = formatAddress(listener.host, listener.port);
  let { auditDays = DEFAULT_AUDIT_DAYS } = options;
  await journal
    .commit(
      [],
      [
        {
          kind: 'server.started',
          detail: `${detail}, ${rulesInWords(services)}`,
        },
      ],
    )
    .catch(async (error: unknown) => {
      await listener.close({ grace: 0 });
      throw error;
    });
  await keepLimits(store, limits).catch(onFailure);
  await keepKey(cert).catch(onFailure);
  const following = await followKeys(store, onFailure);
  const sweep = () => ledger.sweep(closing.signal);
  const intervals = [
    every(FLUSH_MILLISECONDS, () => journal.flush()),
    every(SWEEP_MILLISECONDS, sweep),
    every(PRUNE_MILLISECONDS, prune),
    every(PRUNE_MILLISECONDS, () => services.ssh.prune()),
    every(PRUNE_MILLISECONDS, removeExpired),
  ];
  inBackground(sweep);
  inBackground(prune);
  inBackground(removeExpired);

  function every(milliseconds: number, work: () => Promise<unknown>): NodeJS.Timeout {
    return setInterval(() => inBackground(work), milliseconds).unref();
  }

  /** Starts work that `close` waits for. */
  function inBackground(work: () => Promise<unknown>): void {
    const done = work()
      .then(() => {}, onFailure)
      .finally(() => chores.delete(done));
    chores.add(done);
  }

  async function keepKey(pem: string): Promise<void> {
    const certificate = new X509Certificate(pem);
    const shown = { pin: pinOf(certificate), certificate: certificate.toString() };
    await keepServedKey({ store, journal }, { ...shown, now: secondsNow(services) });
  }

  async function removeExpired(): Promise<void> {
    await services.invitations.removeExpired(secondsNow(services));
  }

  async function prune(): Promise<void> {
    const before = services.clock() - auditDays * 24 * 60 * 60 * 1000;
    const removed = await pruneAudit(store, before, {
      now: services.clock(),
      signal: closing.signal,
    });
    if (removed > 0) await journal.commit([], [{ kind: 'admin.audit_pruned', count: removed }]);
  }

  async function change(next: ChangeableOptions): Promise<void> {
    const before = rulesInWords(services);
    const nextLimits = next.limits ?? DEFAULT_LIMITS;
    listener.admitBy({ relays: next.relays ?? [], maxConnections: mostConnections(nextLimits) });
    replaceLimits(limits, nextLimits);
    seats.resize(limits);
    services.registration = next.registration;
    services.ssh.setHours(next.sshHours);
    auditDays = next.auditDays ?? DEFAULT_AUDIT_DAYS;
    const after = rulesInWords(services);
    if (after === before) return;
    await keepLimits(store, limits);
    await journal.commit([], [{ kind: 'server.reloaded', detail: `${detail}, ${after}` }]);
  }

  async function close(): Promise<void> {
    for (const interval of intervals) clearInterval(interval);
    closing.abort(new Error('the server is shutting down'));
    seats.endAll('shutting_down');
    await listener.close({ grace: CLOSING_GRACE_MILLISECONDS });
    await Promise.all([...sessions, ...chores]);
    try {
      if (following.isLost) return;
      await journal.flush();
      await journal.commit([], [{ kind: 'server.stopped', detail }]);
    } finally {
      await following.stop();
    }
  }

  let closed: Promise<void> | undefined;
  return {
    host: listener.host,
    port: listener.port,
    get pin() {
      return listener.pin;
    },
    get connections() {
      return sessions.size;
    },
    get condition() {
      return following.condition;
    },
    lost: following.lost,
    setIdentity(identity) {
      listener.setSecureContext(identity);
      inBackground(() => keepKey(identity.cert));
    },
    change,
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function mostConnections({ connections, connectionsWaiting }: Limits): number {
  return connections + connectionsWaiting + MOST_GOODBYES;
}

function rulesInWords({ registration, limits }: Services): string {
  return `registration ${registration}, limits ${limitsInWords(limits)}`;
}
