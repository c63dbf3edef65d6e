/** A peer that sends a byte now and then, in any state, gets no more time than a silent one. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTls } from '../src/index.ts';
import {
  codeOf,
  foreignServer,
  LOGIN_RESTART,
  LOGIN_START,
  plainServer,
  rawClient,
  rawFrame,
  startServer,
} from './harness.ts';
import { ManualTimers } from './manual-timers.ts';

const START = rawFrame(JSON.stringify({ ...LOGIN_START, A: 'AA' }));

/** A client that can write single bytes, and the server's end of its channel. */
async function drippingClient(timers: ManualTimers) {
  const server = await startServer({ timers });
  const socket = (await rawClient(server)).setNoDelay();
  const channel = await server.next();
  return { socket, channel };
}

/** Waits until everything sent over loopback has arrived. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a client that announces a long frame and sends a byte every 20 s', () => {
  it('is dropped 30 s after the step began', async () => {
    const timers = new ManualTimers();
    const { socket, channel } = await drippingClient(timers);
    let outcome = 'waiting';
    const waiting = codeOf(channel.receive({ timeout: 30_000 })).then((code) => {
      outcome = code;
    });
    const announced = Buffer.from([0, 0, 63, 0]);
    for (const byte of announced) socket.write(Uint8Array.of(byte));
    await settle();
    timers.advance(20_000);
    socket.write('{');
    await settle();
    timers.advance(9_999);
    await settle();
    expect(outcome).toBe('waiting');
    socket.write('"');
    await settle();
    timers.advance(1);
    await waiting;
    expect(outcome).toBe('timeout');
  });

  it('is dropped in every later step too, and a complete message begins the next', async () => {
    const timers = new ManualTimers();
    const { socket, channel } = await drippingClient(timers);
    const first = channel.receive({ timeout: 30_000 });
    timers.advance(29_999);
    socket.write(START);
    expect((await first)?.type).toBe('login.start');
    await channel.send(LOGIN_RESTART);
    const second = codeOf(channel.receive({ timeout: 30_000 }));
    for (const byte of START.subarray(0, 2)) {
      timers.advance(14_999);
      socket.write(Uint8Array.of(byte));
      await settle();
    }
    timers.advance(2);
    expect(await second).toBe('timeout');
    expect(timers.waiting).toBe(0);
  });
});

it('a server that sends a byte every 20 s can hold a client for 30 s', async () => {
  const timers = new ManualTimers();
  let peer: TLSSocket | undefined;
  const { port } = await foreignServer((socket) => {
    peer = socket.setNoDelay();
  });
  const client = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' }, timers });
  onTestFinished(() => client.destroy());
  await client.send(LOGIN_START);
  const waiting = codeOf(client.receive({ timeout: 30_000 }));
  peer?.write(Buffer.from([0, 0, 63, 0]));
  await settle();
  timers.advance(20_000);
  peer?.write('{');
  await settle();
  timers.advance(10_000);
  expect(await waiting).toBe('timeout');
});

it('a client that sends its handshake byte by byte has 10 s in total', async () => {
  const timers = new ManualTimers();
  const server = await startServer({ timers });
  const hello = await clientHello();
  const socket = connectTcp({ host: '127.0.0.1', port: server.port }).setNoDelay();
  socket.on('error', () => {});
  await once(socket, 'connect');
  const ended = once(socket.resume(), 'close');
  for (const byte of hello.subarray(0, 9)) {
    socket.write(Uint8Array.of(byte));
    await settle();
    timers.advance(1_000);
  }
  expect(socket.closed).toBe(false);
  timers.advance(1_000);
  await ended;
  expect(server.errors).toMatchObject([{ code: 'timeout' }]);
});

it('a server that sends its handshake byte by byte has 10 s in total', async () => {
  const timers = new ManualTimers();
  let peer: Socket | undefined;
  const { port } = await plainServer((socket) => {
    peer = socket.setNoDelay();
  });
  const connecting = codeOf(connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' }, timers }));
  while (peer === undefined) await settle();
  for (const byte of Buffer.from('160303', 'hex')) {
    peer.write(Uint8Array.of(byte));
    await settle();
    timers.advance(3_000);
  }
  timers.advance(1_000);
  expect(await connecting).toBe('timeout');
});

async function clientHello(): Promise<Buffer> {
  let hello: Buffer | undefined;
  const { port } = await plainServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      hello = bytes;
      socket.destroy();
    });
  });
  await codeOf(connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } }));
  if (!hello) throw new Error('no ClientHello');
  return hello;
}
