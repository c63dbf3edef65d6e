/**
 * The server's side: a listener that opens a channel for each client that completes the handshake.
 *
 * 1. TCP accepts a connection. From a trusted relay it begins with a header that names the client.
 * 2. The caller sees its arrival, with the address of the client, and may close it.
 * 3. TLS follows on the same socket, and then the channel.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { formatAddress } from './address.ts';
import { type Identity, openIdentity } from './certificate.ts';
import { Channel } from './channel.ts';
import { SYSTEM_TIMERS, type Timers } from './deadline.ts';
import { ChannelError, systemCode } from './errors.ts';
import { type Arrival, Handshake } from './handshake.ts';
import { pinOf } from './pin.ts';
import { trustedRelays } from './proxy-protocol/relays.ts';
import { takeHeader } from './proxy-protocol/take-header.ts';
import { speaksCountersign, TLS_OPTIONS } from './tls-options.ts';

/** Options of `listenTls`. */
export interface ListenOptions extends Identity {
  readonly host: string;
  /** 0 selects any free port. */
  readonly port: number;
  /** Called for each client before its handshake, so that the caller can count and limit connections. */
  readonly onArrival?: ((arrival: Arrival) => void) | undefined;
  /**
   * Called for each client that completed the handshake, with its arrival. If it returns a promise, the
   * channel closes when that settles.
   */
  readonly onChannel: (channel: Channel, arrival: Arrival) => void | Promise<void>;
  /**
   * Receives errors for logging: those that ended a connection before it became a channel, those thrown by
   * `onChannel`, and those of the listener itself. No action is needed.
   */
  readonly onError?: ((error: unknown, remoteAddress?: string) => void) | undefined;
  /**
   * TCP relays in front of this listener, as addresses and networks (`192.0.2.1`, `10.0.0.0/8`). Each connection from
   * one of them must begin with a header of the PROXY protocol, version 1 or 2, which is believed. Connections from
   * elsewhere must not have one.
   */
  readonly relays?: readonly string[] | undefined;
  /** How long a client may take for the header and the handshake, in ms from its arrival; default 10 s. */
  readonly handshakeTimeout?: number | undefined;
  /** Further connections are closed at once. */
  readonly maxConnections?: number | undefined;
  /** The monotonic clock for all waits on these connections; for tests. */
  readonly timers?: Timers | undefined;
}

/** A running listener. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** The pin of the certificate in use. */
  readonly pin: string;
  /**
   * Stops listening. Open channels may continue for `grace` ms (5 s) and are then destroyed. Resolves when
   * none is left. Can be called again with a shorter grace period.
   */
  close(options?: { grace?: number | undefined }): Promise<void>;
  /**
   * Uses another key and certificate from the next handshake on.
   *
   * @throws {ChannelError} bad_certificate
   */
  setSecureContext(identity: Identity): void;
  /**
   * Accepts connections by another list of relays, and another number of them, from now on.
   *
   * @throws {RangeError} if one of `relays` is neither an address nor a network
   */
  admitBy(rules: { readonly relays: readonly string[]; readonly maxConnections: number }): void;
}

/**
 * Starts listening.
 *
 * @throws {ChannelError} address_in_use
 * @throws {ChannelError} listen_failed
 * @throws {ChannelError} bad_certificate
 * @throws {RangeError} if one of `relays` is neither an address nor a network
 */
export async function listenTls({
  host,
  port,
  key,
  cert,
  onArrival = () => {},
  onChannel,
  onError = () => {},
  relays = [],
  handshakeTimeout = 10_000,
  maxConnections = 4096,
  timers = SYSTEM_TIMERS,
}: ListenOptions): Promise<Listener> {
  let pin = pinOf(openIdentity({ key, cert }).certificate);
  let isRelay = trustedRelays(relays);
  const server = createServer({ noDelay: true });
  server.maxConnections = maxConnections;
  const tls = createTlsServer({ ...TLS_OPTIONS, key, cert });
  const sockets = new Set<Socket>();
  const handshakes = new Map<string, Handshake>();
  const channels = new Set<Channel>();

  /** Handles one client after its handshake, until it is gone. */
  async function serve(socket: TLSSocket): Promise<void> {
    const handshake = handshakes.get(endpointsOf(socket));
    handshake?.finish();
    const remoteAddress = handshake?.remoteAddress ?? '';
    try {
      const channel = openChannel(socket, { pin, timers, remoteAddress });
      if (!handshake) throw new ChannelError('closed', 'the connection was lost');
      channels.add(channel);
      socket.once('close', () => channels.delete(channel));
      const work = onChannel(channel, handshake);
      if (!work) return;
      await work;
      await channel.close();
    } catch (error) {
      onError(error, remoteAddress);
      socket.destroy();
    }
  }

  server.on('connection', (socket: Socket) => {
    const handshake = new Handshake(socket, { timers, timeout: handshakeTimeout, onError });
    const endpoints = endpointsOf(socket);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      handshakes.delete(endpoints);
    });
    const admit = (client: string | undefined) => {
      if (client !== undefined) handshake.remoteAddress = client;
      handshakes.set(endpoints, handshake);
      onArrival(handshake);
      if (!socket.destroyed) tls.emit('connection', socket);
    };
    // A connection that was reset already has no address, so it is not known whether it is from a relay.
    if (handshake.remoteAddress === '')
      handshake.fail(new ChannelError('closed', 'a client disconnected right after connecting'));
    else if (isRelay(handshake.remoteAddress))
      takeHeader(socket, {
        onHeader: admit,
        onInvalid: () =>
          handshake.fail(new ChannelError('bad_proxy_header', 'a relay sent no valid PROXY protocol header')),
      });
    else admit(undefined);
  });
  tls.on('secureConnection', (socket) => void serve(socket));
  // If the socket is already closed, its 'close' event has reported that.
  tls.on('tlsClientError', (error, socket) => handshakes.get(endpointsOf(socket))?.fail(error));

  server.listen({ host, port });
  await once(server, 'listening').catch((cause: unknown) => {
    throw listenError(cause, host, port);
  });
  server.on('error', (error) => onError(error));

  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new ChannelError('listen_failed', 'the listener has no network address');

  let closed: Promise<void> | undefined;
  return {
    host: address.address,
    port: address.port,
    get pin() {
      return pin;
    },
    setSecureContext(identity) {
      pin = pinOf(openIdentity(identity).certificate);
      tls.setSecureContext({ ...TLS_OPTIONS, key: identity.key, cert: identity.cert });
    },
    admitBy(rules) {
      isRelay = trustedRelays(rules.relays);
      server.maxConnections = rules.maxConnections;
    },
    async close({ grace = 5_000 } = {}) {
      closed ??= new Promise((resolve) => server.close(() => resolve()));
      const endAll = () => {
        for (const channel of channels) channel.destroy();
        for (const socket of sockets) socket.destroy();
      };
      const timer = setTimeout(endAll, grace);
      await Promise.all([...channels].map((channel) => channel.gone));
      // Only handshakes are left.
      endAll();
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Both addresses and ports: the same for a TCP socket and TLS on top of it, and for no other. */
function endpointsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}

function openChannel(
  socket: TLSSocket,
  options: { readonly pin: string; readonly timers: Timers; readonly remoteAddress: string },
): Channel {
  // There is no other listener yet, and an error without a listener would end the program.
  socket.on('error', () => {});
  if (socket.remoteAddress === undefined)
    throw new ChannelError('closed', 'a client disconnected right after connecting');
  if (!speaksCountersign(socket))
    throw new ChannelError('not_countersign', 'a client did not offer countersign/1');
  return new Channel({ socket, role: 'server', ...options });
}

function listenError(cause: unknown, host: string, port: number): ChannelError {
  const code = systemCode(cause);
  const where = formatAddress(host, port);
  if (code === 'EADDRINUSE')
    return new ChannelError('address_in_use', `another program listens at ${where} already`, { cause });
  const problem: Readonly<Record<string, string>> = {
    EACCES: `this user is not allowed to listen at ${where}`,
    ENOTFOUND: `this machine has no address ${host}`,
    EAI_AGAIN: `this machine has no address ${host}`,
    EADDRNOTAVAIL: `this machine has no address ${host}`,
  };
  return new ChannelError('listen_failed', problem[code] ?? `cannot listen at ${where}`, { cause });
}
