/**
 * The server: accepts TLS channels, runs a session on each, and does the regular work of a process. Nothing that a client
 * does ends the process.
 */
import { randomBytes, X509Certificate } from 'node:crypto';
import { engineFor } from '@countersign/srp-core';
import {
  type Arrival,
  type Channel,
  ChannelError,
  formatAddress,
  listenTls,
  pinOf,
} from '@countersign/tls-channel';
import { keepServedKey } from '../audit/served-key.ts';
import { keepLimits } from '../limits/kept-limits.ts';
import { DEFAULT_LIMITS, type Limits, limitsInWords, replaceLimits } from '../limits/limits.ts';
import { sourceOf } from '../limits/source.ts';
import { createServices, type Services, secondsNow } from '../session/services.ts';
import { Session } from '../session/session.ts';
import { startChores } from './chores.ts';
import { converse } from './conversation.ts';
import { followKeys } from './following.ts';
import {
  type AuthServer,
  type ChangeableOptions,
  DEFAULT_AUDIT_DAYS,
  type ServerOptions,
} from './options.ts';
import { type Guest, Seats } from './seats.ts';
import { Stages } from './stages.ts';
import { Turns } from './turns.ts';

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
  const { journal, limits } = services;
  const seats = new Seats(limits);
  const turns = new Turns({ timers });
  const guests = new WeakMap<Arrival, Guest>();
  const sessions = new Set<Promise<void>>();

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
  const chores = startChores(services, { store, auditDays: () => auditDays, onFailure });

  async function keepKey(pem: string): Promise<void> {
    const certificate = new X509Certificate(pem);
    const shown = { pin: pinOf(certificate), certificate: certificate.toString() };
    await keepServedKey({ store, journal }, { ...shown, now: secondsNow(services) });
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
    chores.stop();
    seats.endAll('shutting_down');
    await listener.close({ grace: CLOSING_GRACE_MILLISECONDS });
    await Promise.all([...sessions, chores.done()]);
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
      chores.inBackground(() => keepKey(identity.cert));
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
