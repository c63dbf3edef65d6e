/** A listener survives any input, and closes in time. */
import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectTls } from '../src/index.ts';
import {
  channelPair,
  codeOf,
  ERROR,
  LOGIN_START,
  plainClient,
  rawClient,
  rawFrame,
  startServer,
} from './harness.ts';

/** Longer than any test, in milliseconds. */
const NEVER = 3_600_000;

describe('a listener', () => {
  it('survives clients that speak no TLS, reset, or leave during the handshake', async () => {
    const server = await startServer({ handshakeTimeout: 500 });
    const garbage = await plainClient(server);
    garbage.write('GET / HTTP/1.1\r\n\r\n');
    await server.failed(1);
    const hello = await plainClient(server);
    hello.end(Buffer.from('16030100050100000100', 'hex'));
    await server.failed(2);
    const reset = await plainClient(server);
    reset.write(Buffer.from('1603', 'hex'), () => reset.resetAndDestroy());
    await server.failed(3);
    expect(server.errors).toHaveLength(3);
    const { client, peer } = await channelPair(server);
    await client.send(LOGIN_START);
    expect(await peer.receive()).toEqual(LOGIN_START);
  });

  it('survives whatever clients send and however they leave, in TLS or without', async () => {
    let sessions = 0;
    const server = await startServer({
      onChannel: async (channel) => {
        sessions += 1;
        for (let message = await channel.receive(); message; message = await channel.receive())
          await channel.send(ERROR);
      },
    });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.json().map(rawFrame),
      fc.constant(rawFrame(JSON.stringify({ ...LOGIN_START, A: 'AA' }))),
    );
    const leaving = fc.constantFrom('end', 'destroy', 'resetAndDestroy');
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(bytes, { maxLength: 3 }),
        leaving,
        async (tls, chunks, leave) => {
          const socket = tls ? await rawClient(server) : await plainClient(server);
          socket.resume();
          for (const chunk of chunks) socket.write(chunk);
          socket[leave === 'resetAndDestroy' && tls ? 'destroy' : leave]();
          if (!socket.closed) await once(socket, 'close');
        },
      ),
      { numRuns: 60 },
    );
    expect(sessions).toBeGreaterThan(0);
    const client = await connectTls({ ...server, trust: { kind: 'any' } });
    await client.send(LOGIN_START);
    expect(await client.receive()).toEqual(ERROR);
    await client.close();
    await server.close({ grace: NEVER });
  });

  it('ends handshakes that never finish', async () => {
    const server = await startServer({ handshakeTimeout: 30 });
    const silent = await plainClient(server);
    await once(silent.resume(), 'close');
    await server.failed(1);
    expect(server.errors[0]).toMatchObject({ code: 'timeout' });
  });

  it('survives a session that throws, and closes its channel', async () => {
    const server = await startServer({ onChannel: () => Promise.reject(new Error('a bug')) });
    const client = await connectTls({ ...server, trust: { kind: 'any' } });
    await client.ended;
    expect(server.errors).toEqual([new Error('a bug')]);
    client.destroy();
    const sync = await startServer({
      onChannel: () => {
        throw new Error('another');
      },
    });
    const second = await connectTls({ ...sync, trust: { kind: 'any' } });
    await second.ended;
    expect(sync.errors).toEqual([new Error('another')]);
    second.destroy();
  });

  it('closes the channel when the session is done', async () => {
    const server = await startServer({
      onChannel: async (channel) => {
        await channel.receive();
        await channel.send(ERROR);
      },
    });
    const client = await connectTls({ ...server, trust: { kind: 'any' } });
    await client.send(LOGIN_START);
    expect(await client.receive()).toEqual(ERROR);
    expect(await client.receive()).toBeUndefined();
    await client.close();
  });

  it('lets channels finish when it closes, and accepts no new ones', async () => {
    const server = await startServer();
    const { client, peer } = await channelPair(server);
    const closed = server.close({ grace: NEVER });
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'any' } }))).toBe('refused');
    await client.send(LOGIN_START);
    expect(await peer.receive()).toEqual(LOGIN_START);
    const done = client.close();
    await peer.close();
    await Promise.all([done, closed]);
  });

  it('destroys channels and handshakes that have not finished in time', async () => {
    const server = await startServer();
    const { peer } = await channelPair(server);
    const silent = await plainClient(server);
    const silentEnd = once(silent.resume(), 'close');
    const first = server.close({ grace: NEVER });
    await server.close({ grace: 0 });
    await Promise.all([first, silentEnd, peer.gone]);
    await server.close();
    expect(await codeOf(peer.send(ERROR))).toBe('closed');
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'any' } }))).toBe('refused');
  });

  it('closes at once when it has no clients, or only unfinished handshakes', async () => {
    const server = await startServer();
    const silent = await plainClient(server);
    const ended = once(silent.resume(), 'close');
    await server.close({ grace: NEVER });
    await ended;
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'any' } }))).toBe('refused');

    const empty = await startServer();
    await empty.close({ grace: NEVER });
    expect(await codeOf(connectTls({ ...empty, trust: { kind: 'any' } }))).toBe('refused');
  });
});
