/** Takes the header of a relay from the beginning of its connection, and nothing of what follows. */
import type { Socket } from 'node:net';
import { readProxyHeader } from './header.ts';

/** Who handles the outcome of `takeHeader`. */
export interface HeaderHandlers {
  /** The header is complete; what follows it is unread. `client` is `undefined` if the relay names no client. */
  readonly onHeader: (client: string | undefined) => void;
  readonly onInvalid: () => void;
}

/** Reads from the socket until one of the handlers is called, or until the caller destroys it. */
export function takeHeader(socket: Socket, { onHeader, onInvalid }: HeaderHandlers): void {
  let bytes: Buffer = Buffer.alloc(0);
  const onReadable = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const header = readProxyHeader(bytes);
    if (header.kind === 'incomplete') return;
    socket.off('readable', onReadable);
    if (header.kind === 'invalid') return onInvalid();
    const rest = bytes.subarray(header.length);
    if (rest.length > 0) socket.unshift(rest);
    onHeader(header.client);
  };
  socket.on('readable', onReadable);
}
