/** A connection to a PostgreSQL server that tests can cut, block and tamper with at chosen moments. */
import { connect, createServer, type Socket } from 'node:net';

export interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/** Handles bytes from the client. They are passed on unless it returns `kept`. */
export type Meddler = (request: Buffer, link: Link) => 'pass' | 'kept';

export interface Wire {
  /** The same URL through this wire. */
  through(url: string): string;
  /** Until further notice. */
  meddle: Meddler;
  /** While true, new connections are closed at once. */
  refusing: boolean;
  close(): Promise<void>;
}

export async function wireTo(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    if (wire.refusing) {
      client.destroy();
      return;
    }
    const link = { client, server: connect(Number(port) || 5432, hostname) };
    for (const socket of [client, link.server]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (request) => {
      if (wire.meddle(request, link) === 'pass') link.server.write(request);
    });
    client.on('end', () => link.server.end());
    link.server.on('data', (answer) => client.write(answer));
    link.server.on('end', () => client.end());
  });
  const wire: Wire = {
    meddle: () => 'pass',
    refusing: false,
    through: (original) => {
      const changed = new URL(original);
      const address = server.address();
      changed.hostname = '127.0.0.1';
      changed.port = String(typeof address === 'object' ? address?.port : '');
      return changed.href;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return wire;
}

const isIn = (text: string) => (request: Buffer) => request.includes(text);
export const isCommit = isIn('COMMIT\0');
export const isLookUp = isIn('RETURNING latest');

/** Lets `meddler` handle the first request that `wanted` selects. */
export function once(wanted: (request: Buffer) => boolean, meddler: Meddler): Meddler {
  let done = false;
  return (request, link) => {
    if (done || !wanted(request)) return 'pass';
    done = true;
    return meddler(request, link);
  };
}
