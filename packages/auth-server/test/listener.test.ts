/** The listener against raw TLS clients that keep no rule of the protocol. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Store } from '@countersign/secure-store';
import { ALPN, connectTls, generateIdentity } from '@countersign/tls-channel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readAudit } from '../src/audit/read.ts';
import {
  type AuthServer,
  DEFAULT_LIMITS,
  limitsSchema,
  type ServerEvent,
  startAuthServer,
} from '../src/index.ts';
import { keepLimits, keptLimits } from '../src/limits/kept-limits.ts';
import { openBreakableStore } from './breakable-store.ts';
import { openTestStore } from './world.ts';

let store: Store;
let identity: { key: string; cert: string };
let server: AuthServer;
const events: ServerEvent[] = [];

beforeAll(async () => {
  store = await openTestStore();
  identity = await generateIdentity({ hosts: ['127.0.0.1'] });
  server = await start();
});

afterAll(async () => {
  await server.close();
  await store.close();
});

function start(connectionsPerSource = 512): Promise<AuthServer> {
  return startAuthServer({
    store,
    ...identity,
    port: 0,
    registration: 'open',
    limits: limitsSchema.parse({ connectionsPerSource }),
    onEvent: (event) => events.push(event),
  });
}

async function rawClient(port = server.port): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: [ALPN], rejectUnauthorized: false });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

/** Everything the server says until it ends the connection. */
async function answerOf(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
  });
  await once(socket, 'close');
  return text;
}

function frame(payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const start42 = frame('{"type":"login.start","username":"alice","suite":"3072-sha256","A":"Kg"}');

const ask = frame('{"type":"register.ask"}');

describe('a client that breaks the protocol', () => {
  const cases: [name: string, bytes: Buffer][] = [
    ['sends a frame that is too long', Buffer.from([0, 0, 64, 1, 0])],
    ['sends what is not JSON', frame('hello')],
    ['sends what is not UTF-8', Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from([0xc3, 0x28])])],
    ['sends a message of no known type', frame('{"type":"login.begin"}')],
    ['adds a key', frame('{"type":"account.show","now":true}')],
    ['speaks out of turn', frame('{"type":"account.show"}')],
    [
      'sends a number for a name',
      frame('{"type":"login.start","username":7,"suite":"3072-sha256","A":"Kg"}'),
    ],
    [
      'sends what is not base64url',
      frame('{"type":"login.start","username":"alice","suite":"3072-sha256","A":"K="}'),
    ],
    ['sends an A that is too short', start42],
    ['sends the next message before the answer', Buffer.concat([start42, start42])],
    ['asks twice who can register', Buffer.concat([ask, ask])],
    ['asks who can register, and logs in before the answer', Buffer.concat([ask, start42])],
  ];
  for (const [name, bytes] of cases)
    it(`and ${name} receives one error, and the connection ends`, async () => {
      const socket = await rawClient();
      const answer = answerOf(socket);
      socket.write(bytes);
      const text = await answer;
      expect(text.match(/"type":"error"/g)).toHaveLength(1);
      expect(text).toContain('"code":"protocol"');
    });

  it('and asks in the middle of a login who can register receives an error, and the connection ends', async () => {
    const socket = await rawClient();
    const answer = answerOf(socket);
    const A = Buffer.alloc(384, 3).toString('base64url');
    socket.write(frame(`{"type":"login.start","username":"alice","suite":"3072-sha256","A":"${A}"}`));
    await once(socket, 'data');
    socket.write(ask);
    expect(await answer).toMatch(/"login\.challenge".*"code":"protocol"/s);
  });

  it('and leaves in the middle of a frame receives an error, and the connection ends', async () => {
    const socket = await rawClient();
    socket.end(start42.subarray(0, 20));
    expect(await answerOf(socket)).toContain('the other side stopped in the middle of a frame');
  });

  it('does not end the server, or affect others', async () => {
    const channel = await connectTls({ host: '127.0.0.1', port: server.port, trust: { kind: 'any' } });
    await channel.send({
      type: 'login.start',
      username: 'alice',
      suite: '3072-sha256',
      A: new Uint8Array(384).fill(3),
    });
    expect(await channel.receive()).toMatchObject({ type: 'login.challenge' });
    await channel.close();
    expect(events.filter(({ kind }) => kind === 'failure')).toEqual([]);
  });
});

describe('a server', () => {
  it('says who can register, and ends the connection without waiting for the client', async () => {
    const socket = await rawClient();
    const answer = answerOf(socket);
    socket.write(ask);
    expect((await answer).slice(4)).toBe('{"type":"register.policy","registration":"open"}');
  });

  it('accepts the newest connection of a source, and ends its oldest with busy', async () => {
    const small = await start(2);
    const oldest = await rawClient(small.port);
    const told = answerOf(oldest);
    const others = [await rawClient(small.port), await rawClient(small.port)];
    expect(await told).toContain('"code":"busy"');
    for (const socket of others) socket.destroy();
    await small.close();
  });

  it('shows the pin of a new key to later connections, and can be closed twice', async () => {
    const other = await start();
    const before = other.pin;
    const renewed = await generateIdentity({ hosts: ['127.0.0.1'] });
    other.setIdentity(renewed);
    expect(other.pin).not.toBe(before);
    const trust = { kind: 'pin', pin: other.pin } as const;
    await (await connectTls({ host: '127.0.0.1', port: other.port, trust })).close();
    await Promise.all([other.close(), other.close()]);
    const kinds = (await readAudit(store)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'server.stopped')).toHaveLength(2);
  });

  it('notifies its clients when it shuts down, and records that it started and stopped', async () => {
    const other = await start();
    const channel = await connectTls({ host: '127.0.0.1', port: other.port, trust: { kind: 'any' } });
    const A = new Uint8Array(384).fill(3);
    await channel.send({ type: 'login.start', username: 'alice', suite: '3072-sha256', A });
    await channel.receive();
    const [goodbye] = await Promise.all([channel.receive(), other.close()]);
    expect(goodbye).toMatchObject({ type: 'error', code: 'shutting_down' });
    const kinds = (await readAudit(store)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'server.stopped')).toHaveLength(3);
  });
});

it('keeps the limits of the server that was started last, for the commands of the administrator', async () => {
  const own = await openTestStore();
  expect(await keptLimits(own)).toEqual(DEFAULT_LIMITS);
  for (const lockAfter of [7, 8]) {
    const limits = limitsSchema.parse({ code: { lockAfter } });
    const another = await startAuthServer({ store: own, ...identity, port: 0, registration: 'open', limits });
    expect(await keptLimits(own)).toEqual(limits);
    await another.close();
  }
  await own.close();
});

it('keeps the same limits for many workers that start at once', async () => {
  const own = await openTestStore();
  const limits = limitsSchema.parse({ code: { lockAfter: 9 } });
  await keepLimits(own, DEFAULT_LIMITS);
  await Promise.all(Array.from({ length: 64 }, () => keepLimits(own, limits)));
  expect(await keptLimits(own)).toEqual(limits);
});

it('replaces limits that a version with other ones kept', async () => {
  const own = await openTestStore();
  await own.collection('limits', z.object({ old: z.int() })).insert('server', { old: 1 });
  expect(await keptLimits(own)).toEqual(DEFAULT_LIMITS);
  const limits = limitsSchema.parse({ code: { lockAfter: 9 } });
  await keepLimits(own, limits);
  expect(await keptLimits(own)).toEqual(limits);
});

it('starts, and says so, where the limits it kept before are damaged', async () => {
  const { store: own, disk } = await openBreakableStore();
  await disk.damage(() => keepLimits(own, DEFAULT_LIMITS));
  const heard: string[] = [];
  const another = await startAuthServer({
    store: own,
    ...identity,
    port: 0,
    registration: 'open',
    onEvent: (event) => heard.push(event.kind === 'failure' ? String(event.error) : event.kind),
  });
  expect(heard.join()).toContain('"limits" was damaged');
  expect(await keptLimits(own)).toEqual(DEFAULT_LIMITS);
  await another.close();
});
