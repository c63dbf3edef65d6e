/** The server's side: one listener, a channel for each client that completes the handshake. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { formatAddress } from './address.ts';
import { type Identity, openIdentity } from './certificate.ts';
import { Channel } from './channel.ts';
import { SYSTEM_TIMERS, type Timers } from './deadline.ts';
import { ChannelError, systemCode } from './errors.ts';
import { pinOf } from './pin.ts';
import { speaksCountersign, TLS_OPTIONS } from './tls-options.ts';

/** One client from the moment TCP has accepted it; TLS follows. */
export interface Arrival {
  readonly remoteAddress: string;
  /** Resolves when the socket is closed, by either side. */
  readonly gone: Promise<void>;
  /** Ends the connection at once. */
  destroy(): void;
}

export interface ListenOptions extends Identity {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Called for each client before its handshake, so that whatever counts connections counts these too. */
  readonly onArrival?: ((arrival: Arrival) => void) | undefined;
  /**
   * Called for each client that completed the handshake, with the arrival it had. When it returns a promise, the
   * channel is closed when that settles.
   */
  readonly onChannel: (channel: Channel, arrival: Arrival) => void | Promise<void>;
  /**
   * Receives what ended a connection before it became a channel, what `onChannel` threw, and errors of the listener
   * itself. For logs: nothing has to be done.
   */
  readonly onError?: ((error: unknown, remoteAddress?: string) => void) | undefined;
  /** How long a client may take for the handshake, in ms from its arrival; 10 s. */
  readonly handshakeTimeout?: number | undefined;
  /** Above this many connections new ones are closed at once. */
  readonly maxConnections?: number | undefined;
  /** The monotonic clock of every wait on these connections; for tests. */
  readonly timers?: Timers | undefined;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Of the certificate in use. */
  readonly pin: string;
  /**
   * Stops listening. Channels may go on for `grace` ms (5 s) and are then destroyed; resolves when none is left. May be
   * called again with a shorter grace.
   */
  close(options?: { grace?: number }): Promise<void>;
  /** Uses another key and certificate from the next handshake on. Throws `ChannelError` 'bad_certificate'. */
  setSecureContext(identity: Identity): void;
}

/** Listens. Rejects with `ChannelError` 'address_in_use', 'listen_failed' or 'bad_certificate'. */
export async function listenTls({
  host,
  port,
  key,
  cert,
  onArrival = () => {},
  onChannel,
  onError = () => {},
  handshakeTimeout = 10_000,
  maxConnections = 4096,
  timers = SYSTEM_TIMERS,
}: ListenOptions): Promise<Listener> {
  let pin = pinOf(openIdentity({ key, cert }).certificate);
  const server = createServer({ ...TLS_OPTIONS, key, cert, noDelay: true });
  server.maxConnections = maxConnections;
  const sockets = new Set<Socket>();
  const handshakes = new Map<string, Handshake>();
  const channels = new Set<Channel>();

  /** The whole life of one client, after its handshake. */
  async function serve(socket: TLSSocket): Promise<void> {
    const { remoteAddress } = socket;
    const handshake = handshakes.get(endpointsOf(socket));
    handshake?.finish();
    try {
      const channel = openChannel(socket, pin, timers);
      if (!handshake) throw new ChannelError('closed', 'the connection was lost');
      channels.add(channel);
      socket.once('close', () => channels.delete(channel));
      const work = onChannel(channel, handshake.arrival);
      if (!work) return;
      await work;
      await channel.close();
    } catch (error) {
      onError(error, remoteAddress);
      socket.destroy();
    }
  }

  server.on('connection', (socket: Socket) => {
    const remoteAddress = socket.remoteAddress ?? '';
    const endpoints = endpointsOf(socket);
    sockets.add(socket);
    let isOver = false;
    const finish = () => {
      isOver = true;
      cancel();
    };
    const fail = (error: unknown) => {
      if (!isOver) onError(error, remoteAddress);
      finish();
      socket.destroy();
    };
    const cancel = timers.after(handshakeTimeout, () =>
      fail(new ChannelError('timeout', 'the handshake took too long')),
    );
    const gone = new Promise<void>((resolve) => {
      socket.once('close', () => {
        fail(new ChannelError('closed', 'the connection was closed before TLS was agreed'));
        sockets.delete(socket);
        handshakes.delete(endpoints);
        resolve();
      });
    });
    const destroy = () => {
      finish();
      socket.destroy();
    };
    const arrival: Arrival = { remoteAddress, gone, destroy };
    handshakes.set(endpoints, { arrival, finish, fail });
    onArrival(arrival);
  });
  server.on('secureConnection', (socket) => void serve(socket));
  // Of a socket that is closed already, its 'close' has reported.
  server.on('tlsClientError', (error, socket) => handshakes.get(endpointsOf(socket))?.fail(error));

  server.listen({ host, port });
  await once(server, 'listening').catch((cause: unknown) => {
    throw listenError(cause, host, port);
  });
  server.on('error', (error) => onError(error));

  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new ChannelError('listen_failed', 'that is no address of a network');

  let closed: Promise<void> | undefined;
  return {
    host: address.address,
    port: address.port,
    get pin() {
      return pin;
    },
    setSecureContext(identity) {
      pin = pinOf(openIdentity(identity).certificate);
      server.setSecureContext({ ...TLS_OPTIONS, key: identity.key, cert: identity.cert });
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

interface Handshake {
  readonly arrival: Arrival;
  /** It has ended: its deadline with it, and nothing about it is reported any more. */
  finish(): void;
  /** Reports the error, and closes the connection. */
  fail(error: unknown): void;
}

/** Both addresses and ports: the same for the TCP socket and for TLS on it, and for no other open connection. */
function endpointsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}

function openChannel(socket: TLSSocket, pin: string, timers: Timers): Channel {
  // Nobody else listens yet; an error without a listener would end the program.
  socket.on('error', () => {});
  if (socket.remoteAddress === undefined)
    throw new ChannelError('closed', 'a client left as soon as it had come');
  if (!speaksCountersign(socket))
    throw new ChannelError('not_countersign', 'a client did not ask for our protocol');
  return new Channel({ socket, role: 'server', pin, timers });
}

function listenError(cause: unknown, host: string, port: number): ChannelError {
  const where = formatAddress(host, port);
  switch (systemCode(cause)) {
    case 'EADDRINUSE':
      return new ChannelError('address_in_use', `another program listens at ${where} already`, { cause });
    case 'EACCES':
      return new ChannelError('listen_failed', `this user may not listen at ${where}`, { cause });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new ChannelError('listen_failed', `this machine has no address ${host}`, { cause });
    default:
      return new ChannelError('listen_failed', `cannot listen at ${where}`, { cause });
  }
}
