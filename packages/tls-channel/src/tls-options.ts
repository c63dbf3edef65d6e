/**
 * What both sides ask of TLS: version 1.3 and nothing else, and ALPN `countersign/1`.
 *
 * No session is ever resumed. Node.js cannot keep OpenSSL from sending tickets in TLS 1.3, but with
 * `SSL_OP_NO_TICKET` these hold no state: they name a session in a cache that is not kept, so that whoever presents
 * one gets a full handshake. Both sides check that as well.
 */
import { constants } from 'node:crypto';
import type { TLSSocket, TlsOptions } from 'node:tls';

export const ALPN = 'countersign/1';

export const TLS_OPTIONS = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ALPNProtocols: [ALPN],
  secureOptions: constants.SSL_OP_NO_TICKET,
} satisfies TlsOptions;

/** Whether a finished handshake agreed on what we speak, by a full exchange of keys. */
export function speaksCountersign(socket: TLSSocket): boolean {
  return socket.getProtocol() === 'TLSv1.3' && socket.alpnProtocol === ALPN && !socket.isSessionReused();
}

/** RFC 9266 §2 and §4.2: the exporter value that names this connection, the same on both sides and no secret. */
export function channelBinding(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
}
