import { once } from 'node:events';
import { LocalProtocolError, RemoteProtocolError } from '@countersign/wire-protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectTls } from '../src/index.ts';
import {
  channelPair,
  codeOf,
  ERROR,
  foreignServer,
  LOGIN_RESTART,
  LOGIN_START,
  plainClient,
  plainServer,
  rawClient,
  rawFrame,
  startServer,
  TOO_LONG,
} from './harness.ts';

describe('a channel', () => {
  it('carries messages both ways, and both ends have the same binding', async () => {
    const { client, peer } = await channelPair();
    expect(client.binding).toEqual(peer.binding);
    expect(client.pin).toBe(peer.pin);
    await client.send(LOGIN_START);
    expect(await peer.receive()).toEqual(LOGIN_START);
    await peer.send(LOGIN_RESTART);
    expect(await client.receive()).toEqual(LOGIN_RESTART);
  });

  it('has a different binding for each connection', async () => {
    const server = await startServer();
    const [one, two] = [await channelPair(server), await channelPair(server)];
    expect(one.client.binding).not.toEqual(two.client.binding);
  });

  it('accepts a message byte by byte', async () => {
    const server = await startServer();
    const socket = (await rawClient(server)).setNoDelay();
    const channel = await server.next();
    const frame = rawFrame(JSON.stringify({ ...LOGIN_START, A: 'AA' }));
    for (const byte of frame) await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve));
    expect(await channel.receive()).toMatchObject({ type: 'login.start', username: 'alice' });
  });

  it('refuses to send what the protocol does not allow, and stays usable', async () => {
    const { client, peer } = await channelPair();
    await expect(client.send({ type: 'account.show' })).rejects.toThrow(LocalProtocolError);
    await expect(
      client.send({ type: 'login.start', username: '', suite: 'a', A: new Uint8Array(1) }),
    ).rejects.toThrow(LocalProtocolError);
    await client.send(LOGIN_START);
    expect(await peer.receive()).toEqual(LOGIN_START);
  });

  it('keeps returning undefined after its end', async () => {
    const { client, peer } = await channelPair();
    const done = client.close();
    expect(await peer.receive()).toBeUndefined();
    expect(await peer.receive()).toBeUndefined();
    await Promise.all([peer.close(), done]);
    expect(await codeOf(client.send(LOGIN_START))).toBe('closed');
  });

  it('ends both sides when one ends, after the message before it', async () => {
    const server = await startServer();
    const socket = await rawClient(server);
    const channel = await server.next();
    socket.end(rawFrame(JSON.stringify({ ...LOGIN_START, A: 'AA' })));
    await channel.gone;
    expect((await channel.receive())?.type).toBe('login.start');
    expect(await channel.receive()).toBeUndefined();
    expect(await codeOf(channel.send(LOGIN_RESTART))).toBe('closed');
  });

  it('delivers the last message before the end', async () => {
    const { client, peer } = await channelPair();
    await client.send(LOGIN_START);
    await peer.receive();
    await peer.send(ERROR);
    const done = peer.close();
    expect(await client.receive()).toEqual(ERROR);
    expect(await client.receive()).toBeUndefined();
    await Promise.all([client.close(), done]);
  });

  it('resolves `ended` when the server sends error while nothing is being received', async () => {
    const { client, peer } = await channelPair();
    await peer.send(ERROR);
    await client.ended;
    await client.send(LOGIN_START);
    expect(await client.receive()).toEqual(ERROR);
    await expect(client.send(LOGIN_START)).rejects.toThrow(LocalProtocolError);
  });

  it('resolves `ended` and `gone` when the other side leaves', async () => {
    const { client, peer } = await channelPair();
    client.destroy();
    await client.gone;
    await peer.ended;
    expect(await codeOf(client.receive())).toBe('closed');
    expect(await codeOf(client.send(LOGIN_START))).toBe('closed');
    await peer.close();
    await peer.gone;
  });

  it('stops waiting after a timeout, without losing a message', async () => {
    const { client, peer } = await channelPair();
    expect(await codeOf(peer.receive({ timeout: 5 }))).toBe('timeout');
    await client.send(LOGIN_START);
    expect(await peer.receive({ timeout: 10_000 })).toEqual(LOGIN_START);
  });

  it('stops waiting with the reason of a signal, without losing a message', async () => {
    const { client, peer } = await channelPair();
    const stop = new AbortController();
    const waiting = peer.receive({ signal: stop.signal });
    stop.abort(new Error('shutting down'));
    await expect(waiting).rejects.toThrow('shutting down');
    await expect(peer.receive({ signal: stop.signal })).rejects.toThrow('shutting down');
    await client.send(LOGIN_START);
    expect(await peer.receive()).toEqual(LOGIN_START);
  });

  it('allows one receive at a time', async () => {
    const { client, peer } = await channelPair();
    const first = peer.receive();
    await expect(peer.receive()).rejects.toThrow(TypeError);
    await client.send(LOGIN_START);
    expect(await first).toEqual(LOGIN_START);
  });

  it('wakes a pending receive when it is destroyed', async () => {
    const { peer } = await channelPair();
    const waiting = codeOf(peer.receive());
    peer.destroy();
    expect(await waiting).toBe('closed');
  });

  it('closes even if the other side never ends', async () => {
    const server = await startServer();
    const socket = await rawClient(server);
    socket.allowHalfOpen = true;
    socket.pause();
    const channel = await server.next();
    await channel.close({ timeout: 20 });
    expect(socket.writableEnded).toBe(false);
    expect(await codeOf(channel.gone)).toBe('resolved');
    await channel.close();
  });

  it('ends a peer that keeps asking and never reads an answer', async () => {
    const server = await startServer();
    const socket = await rawClient(server);
    socket.pause();
    const channel = await server.next();
    const ask = rawFrame(
      '{"type":"register.start","username":"alice","suite":"a","stretch":{"name":"none"},"salt":"AA","verifier":"AA"}',
    );
    const answer = { type: 'register.totp', otpauth: 'x'.repeat(4096), expiresAt: 0 } as const;
    let outcome = 'resolved';
    for (let round = 0; outcome === 'resolved' && round < 20_000; round += 1) {
      socket.write(ask);
      expect((await channel.receive())?.type).toBe('register.start');
      outcome = await codeOf(channel.send(answer, { timeout: 50 }));
    }
    expect(outcome).toBe('timeout');
    await channel.gone;
  });
});

describe('a peer that violates the protocol', () => {
  const start = JSON.stringify({ ...LOGIN_START, A: 'AA' });
  for (const [what, bytes, code] of [
    ['a frame that is too long', TOO_LONG, 'frame_too_long'],
    ['HTTP inside TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'frame_too_long'],
    ['no JSON', rawFrame('hello'), 'not_json'],
    ['no UTF-8', Buffer.from([0, 0, 0, 1, 0xff]), 'not_utf8'],
    ['an unknown type', rawFrame('{"type":"hello"}'), 'unknown_type'],
    ['an unknown key', rawFrame(start.replace('{', '{"x":1,')), 'bad_message'],
    ['a message out of turn', rawFrame('{"type":"account.show"}'), 'wrong_state'],
    ['two messages at once', Buffer.concat([rawFrame(start), rawFrame(start)]), 'wrong_state'],
  ] as const)
    it(`by ${what} gets an error and its end, and the server keeps running`, async () => {
      const server = await startServer();
      const socket = await rawClient(server);
      const channel = await server.next();
      socket.write(bytes);
      const failure = await channel.receive().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'protocol', cause: { code } });
      expect(failure).toMatchObject({ cause: expect.any(RemoteProtocolError) });
      expect(await codeOf(channel.send(LOGIN_RESTART))).toBe('protocol');
      expect(await codeOf(channel.receive())).toBe('protocol');
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toContain('"type":"error","code":"protocol"');
      await channel.close();
      await channelPair(server);
    });

  it('by stopping inside a frame is distinguished from one that leaves', async () => {
    const server = await startServer();
    for (const [bytes, outcome] of [
      [rawFrame(start).subarray(0, 3), 'truncated'],
      [rawFrame(start).subarray(0, 20), 'truncated'],
      [new Uint8Array(), undefined],
    ] as const) {
      const socket = await rawClient(server);
      const channel = await server.next();
      socket.end(bytes);
      const result = await channel.receive().catch((error: unknown) => error);
      if (outcome) expect(result).toMatchObject({ code: 'protocol', cause: { code: outcome } });
      else expect(result).toBeUndefined();
      await channel.close();
    }
  });

  it('as a server is reported to the client, which sends nothing more', async () => {
    const { port } = await foreignServer((socket) => socket.write(rawFrame('{"type":"login.done"}')));
    const client = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } });
    onTestFinished(() => client.destroy());
    await client.ended;
    expect(await codeOf(client.send(LOGIN_START))).toBe('protocol');
    await expect(client.receive()).rejects.toMatchObject({
      code: 'protocol',
      cause: { code: 'wrong_state' },
    });
    await client.close();
  });

  it('by sending while an answer is prepared is detected at once', async () => {
    const server = await startServer();
    const socket = await rawClient(server);
    const channel = await server.next();
    socket.write(rawFrame(start));
    expect((await channel.receive())?.type).toBe('login.start');
    socket.write(rawFrame(start));
    await channel.ended;
    expect(await codeOf(channel.send(LOGIN_RESTART))).toBe('protocol');
  });

  it('and keeps sending is ignored', async () => {
    const server = await startServer();
    const socket = await rawClient(server);
    const channel = await server.next();
    socket.resume();
    for (let round = 0; round < 100; round += 1) socket.write(rawFrame('{}'));
    socket.end(rawFrame('{}').subarray(0, 2));
    await channel.gone;
    await expect(channel.receive()).rejects.toMatchObject({
      code: 'protocol',
      cause: { code: 'unknown_type' },
    });
  });
});

describe('a client', () => {
  it('survives a server that vanishes in the middle', async () => {
    const server = await startServer();
    const { port } = await plainServer((socket) => {
      onTestFinished(() => {
        socket.destroy();
      });
      void plainClient(server).then((onward) => {
        socket.pipe(onward).pipe(socket);
        cutters.push(() => socket.resetAndDestroy());
      });
    });
    const cutters: (() => void)[] = [];
    const client = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } });
    for (const cut of cutters) cut();
    await client.ended;
    // Node.js reports a reset below TLS as an end.
    expect(['resolved', 'closed']).toContain(await codeOf(client.receive()));
    expect(await codeOf(client.send(LOGIN_START))).toBe('closed');
    await client.close();
  });
});
