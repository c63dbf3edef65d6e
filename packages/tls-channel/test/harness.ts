import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Message } from '@countersign/wire-protocol';
import { onTestFinished } from 'vitest';
import { type ChildProcess, spawn } from '../../../scripts/child-process.mjs';
import type { Channel } from '../src/channel.ts';
import {
  connectTls,
  generateIdentity,
  type Identity,
  type Listener,
  type ListenOptions,
  listenTls,
} from '../src/index.ts';

let shared: Promise<Identity> | undefined;

/** A shared identity for tests that do not depend on it. */
export function identity(): Promise<Identity> {
  shared ??= generateIdentity({ hosts: ['localhost', '127.0.0.1', '::1'] });
  return shared;
}

export interface TestServer extends Listener {
  /** The channel of the next client, in order of arrival. */
  next(): Promise<Channel>;
  readonly errors: unknown[];
  /** Resolves when `errors` has this many entries. */
  failed(count: number): Promise<void>;
}

/** A server that hands out its channels and closes at the end of the test. */
export async function startServer(options: Partial<ListenOptions> = {}): Promise<TestServer> {
  const ready: Channel[] = [];
  const waiting: ((channel: Channel) => void)[] = [];
  const errors: unknown[] = [];
  let onFailure = () => {};
  const listener = await listenTls({
    host: '127.0.0.1',
    port: 0,
    ...(await identity()),
    onChannel: (channel) => {
      const first = waiting.shift();
      if (first) first(channel);
      else ready.push(channel);
    },
    onError: (error) => {
      errors.push(error);
      onFailure();
    },
    ...options,
  });
  onTestFinished(() => listener.close({ grace: 0 }));
  return {
    ...listener,
    errors,
    next: () => {
      const first = ready.shift();
      return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
    },
    failed: (count) =>
      new Promise((resolve) => {
        onFailure = () => {
          if (errors.length >= count) resolve();
        };
        onFailure();
      }),
  };
}

/** A client and the server's end of its channel. */
export async function channelPair(server?: TestServer): Promise<{ client: Channel; peer: Channel }> {
  const to = server ?? (await startServer());
  const client = await connectTls({ host: to.host, port: to.port, trust: { kind: 'any' } });
  onTestFinished(() => client.destroy());
  return { client, peer: await to.next() };
}

/** A plain TLS client without this package: for input that its own client would never send. */
export async function rawClient({ port }: { port: number }): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['countersign/1'],
  });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

/** A TCP client that speaks no TLS. */
export async function plainClient({ port }: { port: number }, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress });
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** A TCP server that treats each client as given. */
export async function plainServer(
  serve: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return { server, port: address.port };
}

/** A plain TLS server without this package. */
export async function foreignServer(serve: (socket: TLSSocket) => void): Promise<{ port: number }> {
  const server = createTlsServer(
    { ...(await identity()), minVersion: 'TLSv1.3', ALPNProtocols: ['countersign/1'] },
    (socket) => {
      socket.on('error', () => {});
      serve(socket);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return { port: address.port };
}

/** A port at which nothing listens. */
export async function freePort(): Promise<number> {
  const { server, port } = await plainServer(() => {});
  server.close();
  await once(server, 'close');
  return port;
}

/** A folder with these files, deleted after the test. */
export function folderWith(files: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'tls-channel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

export interface Run {
  readonly process: ChildProcess;
  /** Everything printed to either stream, when the program has ended. */
  readonly output: Promise<string>;
  /** Resolves when the output so far matches. */
  printed(pattern: RegExp): Promise<string>;
}

/** Runs OpenSSL's command-line program, an independent implementation. */
export function openssl(...args: string[]): Run {
  const process = spawn('/usr/bin/openssl', args);
  onTestFinished(() => {
    process.kill('SIGKILL');
  });
  let text = '';
  let look = () => {};
  const take = (chunk: string) => {
    text += chunk;
    look();
  };
  process.stdout.setEncoding('utf8').on('data', take);
  process.stderr.setEncoding('utf8').on('data', take);
  process.stdin.on('error', () => {});
  return {
    process,
    output: once(process, 'close').then(() => text),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (pattern.test(text)) resolve(text);
        };
        process.once('close', () => reject(new Error(`never printed ${pattern}: ${text}`)));
        look();
      }),
  };
}

export const LOGIN_START: Message = {
  type: 'login.start',
  username: 'alice',
  suite: '3072-sha256',
  A: new Uint8Array(384).fill(7),
};
export const LOGIN_RESTART: Message = { type: 'login.restart', suite: '2048-legacy-x' };
export const ERROR: Message = { type: 'error', code: 'authentication_failed', message: 'no' };

/** A hand-made frame. */
export function rawFrame(payload: string): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(payload));
  return Buffer.concat([header, Buffer.from(payload)]);
}

/** The header of a frame of 16,385 bytes, one more than allowed. */
export const TOO_LONG = Buffer.from([0, 0, 0x40, 1]);

/** Returns the code of the error with which the promise rejects, or a word that is not a code. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? String(error.code) : `not coded: ${String(error)}`,
  );
}
