/** What can go wrong with a channel, as one closed list of codes. No message holds text of the other side. */

export type ChannelErrorCode =
  /** The host name is not known. */
  | 'unknown_host'
  /** Nobody listens at that address. */
  | 'refused'
  /** No connection for another reason: the network, or it was closed before TLS was agreed. */
  | 'connect_failed'
  /** The other side took too long: to connect, to speak, or to take what it was sent. */
  | 'timeout'
  /** Not TLS 1.3, or TLS without our protocol. */
  | 'not_countersign'
  /** The server's key is another one than the pin says. */
  | 'pin_mismatch'
  /** The certificate is not by the given authority, not for this host, or out of date. */
  | 'untrusted_certificate'
  /** The connection was lost, or closed by this side. */
  | 'closed'
  /** The other side broke the protocol; `cause` is the `RemoteProtocolError`. */
  | 'protocol'
  /** The port to listen at is taken. */
  | 'address_in_use'
  /** Listening failed for another reason. */
  | 'listen_failed'
  /** A key or certificate of our own that cannot be used. */
  | 'bad_certificate';

export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelErrorCode;
  /** With 'pin_mismatch': the pin of the key that was shown. */
  readonly shownPin: string | undefined;

  constructor(
    code: ChannelErrorCode,
    message: string,
    { shownPin, ...options }: { cause?: unknown; shownPin?: string } = {},
  ) {
    super(message, options);
    this.code = code;
    this.shownPin = shownPin;
  }
}

/** The `code` of an error of Node.js, or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
