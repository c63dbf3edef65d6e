import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { formatAddress } from './address.ts';
import { checkCertificate } from './certificate.ts';
import { Channel } from './channel.ts';
import { type Timers, within } from './deadline.ts';
import { ChannelError, type ChannelErrorCode, systemCode } from './errors.ts';
import { isPin, pinOf } from './pin.ts';
import { connectTcp } from './tcp.ts';
import { speaksCountersign, TLS_OPTIONS } from './tls-options.ts';

/**
 * How the server is authenticated.
 *
 * - `any`: any key. Use it only if the conversation itself proves the server over the channel binding.
 * - `pin`: the one key with this pin, whatever the certificate says.
 * - `ca`: a certificate from this authority (one or several, PEM), for the host, and within its dates.
 */
export type Trust =
  | { readonly kind: 'any' }
  | { readonly kind: 'pin'; readonly pin: string }
  | { readonly kind: 'ca'; readonly ca: string };

/** Options of `connectTls`. */
export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  readonly trust: Trust;
  readonly signal?: AbortSignal | undefined;
  /** Limit for name resolution, connection and handshake together, in ms; default 10 s. */
  readonly timeout?: number | undefined;
  /** The monotonic clock for all waits on the channel; for tests. */
  readonly timers?: Timers | undefined;
}

/**
 * Opens a channel. Nothing is sent to an untrusted server.
 *
 * @throws {ChannelError} unknown_host
 * @throws {ChannelError} refused
 * @throws {ChannelError} connect_failed
 * @throws {ChannelError} timeout
 * @throws {ChannelError} not_countersign
 * @throws {ChannelError} pin_mismatch
 * @throws {ChannelError} untrusted_certificate
 * @throws the reason of the signal
 */
export async function connectTls({
  host,
  port,
  trust,
  signal,
  timeout = 10_000,
  timers,
}: ConnectOptions): Promise<Channel> {
  if (trust.kind === 'pin' && !isPin(trust.pin))
    throw new TypeError('"trust.pin" expected sha256: and 43 characters of base64url, got something else');
  if (trust.kind === 'ca') checkCertificate(trust.ca);
  signal?.throwIfAborted();
  const where = formatAddress(host, port);
  const ended = new AbortController();
  let socket: TLSSocket | undefined;
  const handshake = async () => {
    const tcp = await connectTcp({ host, port, signal: ended.signal, timers });
    socket = connect({
      ...TLS_OPTIONS,
      socket: tcp.setNoDelay(),
      host,
      servername: isIP(host) === 0 ? host : undefined,
      ca: trust.kind === 'ca' ? trust.ca : undefined,
      rejectUnauthorized: trust.kind === 'ca',
    });
    // Handles errors that occur after this function has returned.
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return socket;
  };
  try {
    const secure = await within(handshake(), { timeout, signal }, `connecting to ${where}`, timers);
    return openChannel(secure, trust, timers);
  } catch (error) {
    ended.abort();
    socket?.destroy();
    if (error instanceof ChannelError || signal?.aborted) throw error;
    throw new ChannelError(...problemOf(systemCode(error), socket, where), { cause: error });
  }
}

function openChannel(socket: TLSSocket, trust: Trust, timers?: Timers): Channel {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate || !speaksCountersign(socket))
    throw new ChannelError('not_countersign', 'the server speaks TLS 1.3, but not countersign/1');
  const pin = pinOf(certificate);
  if (trust.kind === 'pin' && pin !== trust.pin)
    throw new ChannelError('pin_mismatch', `the server's key has the pin ${pin}, expected ${trust.pin}`, {
      shownPin: pin,
    });
  return new Channel({ socket, role: 'client', pin, timers });
}

const NO_PATH =
  'is signed neither by the given authority nor by an intermediate certificate that the server sends';

/** What is wrong with a certificate, by the error codes of OpenSSL and Node. */
const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed, not signed by the given authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority other than the given one',
  CERT_SIGNATURE_FAILURE: 'is signed by an authority other than the given one',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: NO_PATH,
  UNABLE_TO_GET_ISSUER_CERT: NO_PATH,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: NO_PATH,
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for other hosts',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
};

function problemOf(
  code: string,
  socket: TLSSocket | undefined,
  where: string,
): [code: ChannelErrorCode, message: string] {
  if (socket?.authorizationError)
    return ['untrusted_certificate', `the certificate of ${where} ${DISTRUST[code] ?? 'is not trusted'}`];
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO')
    return ['not_countersign', `the server at ${where} does not speak TLS 1.3 with countersign/1`];
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return ['unknown_host', `the host name in ${where} cannot be resolved`];
    case 'ECONNREFUSED':
      return ['refused', `nothing listens at ${where}`];
    case 'ETIMEDOUT':
      return ['timeout', `no answer from ${where}`];
    default:
      return ['connect_failed', `no connection to ${where}`];
  }
}
