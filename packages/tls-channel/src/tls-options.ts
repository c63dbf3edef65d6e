/**
 * The TLS settings of both sides: only version 1.3, and ALPN `countersign/1`.
 *
 * Sessions are never resumed. Node.js cannot keep OpenSSL from sending tickets in TLS 1.3, but with
 * `SSL_OP_NO_TICKET` these contain no state: they name a session in a cache that is not kept, so a client
 * that presents one gets a full handshake. Both sides check that as well.
 */
import { constants } from 'node:crypto';
import type { TLSSocket, TlsOptions } from 'node:tls';

/** The ALPN name of the protocol (RFC 7301). */
export const ALPN = 'countersign/1';

/** The TLS settings of both sides. */
export const TLS_OPTIONS = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ALPNProtocols: [ALPN],
  secureOptions: constants.SSL_OP_NO_TICKET,
} satisfies TlsOptions;

/** Returns whether a completed handshake negotiated this protocol with a full key exchange. */
export function speaksCountersign(socket: TLSSocket): boolean {
  return socket.getProtocol() === 'TLSv1.3' && socket.alpnProtocol === ALPN && !socket.isSessionReused();
}

/** Returns the exporter value of this connection (RFC 9266 §2, §4.2): equal on both sides, not secret. */
export function channelBinding(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
}
