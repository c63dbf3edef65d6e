/**
 * A server that does everything right, but for one field of one message, into which it puts what it likes: the frames
 * are written here, so that no check of ours stands in between.
 */
import { createServer, type TLSSocket } from 'node:tls';
import { type Services, Session } from '@countersign/auth-server';
import { generateIdentity, pinOf } from '@countersign/tls-channel';
import { Connection, type ServerMessageType } from '@countersign/wire-protocol';

/** `path` as in `hint.cause`; a list at the end of it is filled with the value. */
export interface Lie {
  readonly message: ServerMessageType;
  readonly path: string;
  readonly value: unknown;
}

export interface HostileServer {
  /** HOST:PORT */
  readonly address: string;
  readonly pin: string;
  lie: Lie | undefined;
  close(): void;
}

export async function startHostileServer(services: Services): Promise<HostileServer> {
  const identity = await generateIdentity({ hosts: ['127.0.0.1'] });
  const server = createServer({
    ...identity,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['countersign/1'],
  });
  const hostile: HostileServer = {
    address: '',
    pin: pinOf(identity.cert),
    lie: undefined,
    close: () => server.close(),
  };
  server.on('secureConnection', (socket) => {
    const session = new Session(services, { source: '192.0.2.1', binding: bindingOf(socket) }, () => {});
    const connection = new Connection({ role: 'server' });
    let before = Promise.resolve();
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('data', (bytes: Buffer) => {
      for (const message of connection.receive(bytes))
        before = before.then(async () => {
          for (const answer of await session.handle(message))
            socket.write(changed(connection.send(answer), hostile.lie));
          if (session.isOver) socket.end();
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('it listens at a port');
  return Object.assign(hostile, { address: `127.0.0.1:${address.port}` });
}

/** What has to stand beside a field for its message to be read. */
const SURROUNDINGS: Readonly<Record<string, object>> = {
  failedSince: { passwords: 1, codes: 1 },
  unfinished: { count: 1, source: '192.0.2.1', at: 0 },
};

function bindingOf(socket: TLSSocket): Uint8Array {
  return new Uint8Array(socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)));
}

function changed(frame: Uint8Array, lie: Lie | undefined): Uint8Array {
  const message = JSON.parse(Buffer.from(frame.subarray(4)).toString());
  if (lie === undefined || message.type !== lie.message) return frame;
  const path = lie.path.split('.');
  const last = path.pop() ?? '';
  let inner = message;
  for (const key of path) inner = inner[key] ??= { ...SURROUNDINGS[key] };
  inner[last] = Array.isArray(inner[last]) ? [lie.value, lie.value] : lie.value;
  const payload = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}
