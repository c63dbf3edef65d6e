/** The errors of a channel, with a closed list of codes. Messages contain no text from the other side. */

/** The code of a `ChannelError`. */
export type ChannelErrorCode =
  /** The host name cannot be resolved. */
  | 'unknown_host'
  /** Nothing listens at the address. */
  | 'refused'
  /** The connection failed for another reason: the network, or it was closed before TLS was negotiated. */
  | 'connect_failed'
  /** The other side took too long to connect, to send, or to read. */
  | 'timeout'
  /** The other side does not speak TLS 1.3, or not this protocol. */
  | 'not_countersign'
  /** The server's key does not match the pin. */
  | 'pin_mismatch'
  /** The certificate is not from the given authority, is for another host, or is outside its dates. */
  | 'untrusted_certificate'
  /** A trusted relay did not begin its connection with a valid header of the PROXY protocol. */
  | 'bad_proxy_header'
  /** The connection was lost, or closed by this side. */
  | 'closed'
  /** The other side violated the protocol; `cause` is the `RemoteProtocolError`. */
  | 'protocol'
  /** The port to listen on is in use. */
  | 'address_in_use'
  /** Listening failed for another reason. */
  | 'listen_failed'
  /** This side's own key or certificate cannot be used. */
  | 'bad_certificate'
  /** Creating a certificate needs a package that is not installed; the message names it. */
  | 'missing_package';

/** A failure of a channel, connection or listener. Branch on `code`. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelErrorCode;
  /** For 'pin_mismatch': the pin of the key that the server presented. */
  readonly shownPin: string | undefined;

  constructor(
    code: ChannelErrorCode,
    message: string,
    { shownPin, ...options }: { cause?: unknown; shownPin?: string | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.shownPin = shownPin;
  }
}

export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
