/** The server's side: one listener, a channel for each client that completes the handshake. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { formatAddress } from './address.ts';
import { type Identity, openIdentity } from './certificate.ts';
import { Channel } from './channel.ts';
import { ChannelError, systemCode } from './errors.ts';
import { pinOf } from './pin.ts';
import { speaksCountersign, TLS_OPTIONS } from './tls-options.ts';

export interface ListenOptions extends Identity {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Called for each client. When it returns a promise, the channel is closed when that settles. */
  readonly onChannel: (channel: Channel) => void | Promise<void>;
  /**
   * Told of what ended a connection before it became a channel, of what `onChannel` threw, and of trouble of the
   * listener itself. For logs: nothing has to be done.
   */
  readonly onError?: ((error: unknown, remoteAddress?: string) => void) | undefined;
  /** How long a client may take for the handshake, in ms. */
  readonly handshakeTimeout?: number | undefined;
  /** Above this many connections new ones are closed at once. */
  readonly maxConnections?: number | undefined;
  /** The same for connections of one source, those that have not finished the handshake among them. */
  readonly maxPerSource?: number | undefined;
  /** Which addresses are one source; by default each is its own. */
  readonly sourceOf?: ((remoteAddress: string) => string) | undefined;
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
  onChannel,
  onError = () => {},
  handshakeTimeout = 10_000,
  maxConnections = 4096,
  maxPerSource = maxConnections,
  sourceOf = (remoteAddress) => remoteAddress,
}: ListenOptions): Promise<Listener> {
  let pin = pinOf(openIdentity({ key, cert }).certificate);
  const server = createServer({
    ...TLS_OPTIONS,
    key,
    cert,
    handshakeTimeout,
    noDelay: true,
  });
  server.maxConnections = maxConnections;
  const sockets = new Set<Socket>();
  const perSource = new Map<string, number>();
  const channels = new Set<Channel>();

  /** The whole life of one client. */
  async function serve(socket: TLSSocket): Promise<void> {
    const { remoteAddress } = socket;
    try {
      const channel = openChannel(socket, pin);
      channels.add(channel);
      socket.once('close', () => channels.delete(channel));
      const work = onChannel(channel);
      if (!work) return;
      await work;
      await channel.close();
    } catch (error) {
      onError(error, remoteAddress);
      socket.destroy();
    }
  }

  server.on('connection', (socket: Socket) => {
    const source = sourceOf(socket.remoteAddress ?? '');
    const held = (perSource.get(source) ?? 0) + 1;
    perSource.set(source, held);
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (perSource.get(source) ?? 1) - 1;
      if (left > 0) perSource.set(source, left);
      else perSource.delete(source);
    });
    if (held > maxPerSource) socket.destroy();
  });
  server.on('secureConnection', (socket) => void serve(socket));
  server.on('tlsClientError', (error, socket) => {
    onError(error, socket.remoteAddress);
    // Node.js tells of a handshake that takes too long, and leaves the socket open.
    socket.destroy();
  });

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

function openChannel(socket: TLSSocket, pin: string): Channel {
  // Nobody else listens yet; an error without a listener would end the program.
  socket.on('error', () => {});
  if (socket.remoteAddress === undefined)
    throw new ChannelError('closed', 'a client left as soon as it had come');
  if (!speaksCountersign(socket))
    throw new ChannelError('not_countersign', 'a client did not ask for our protocol');
  return new Channel({ socket, role: 'server', pin });
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
