/** All places are held by attackers, over real TLS: from eight addresses of the loopback net, and from the user's own. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ALPN, generateIdentity } from '@countersign/tls-channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DEFAULT_SERVER_PROFILE, limitsSchema, type ServerEvent, startAuthServer } from '../src/index.ts';
import { Racer } from './race-course.ts';
import { codeAt, login, makeWorld, register, STRETCH } from './world.ts';

const OTHERS = Array.from({ length: 8 }, (_, n) => `127.0.7.${n + 1}`);
const OWN = '127.0.0.1';
const DEVICE = new Uint8Array(32).fill(5);
const LIMITS = limitsSchema.parse({ connections: 16, connectionsWaiting: 16, connectionsPerSource: 8 });

type Holder = (port: number, from: string) => Promise<Socket>;

async function tcp(port: number, from: string): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port, localAddress: from });
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

async function tls(port: number, from: string): Promise<TLSSocket> {
  const socket = connectTls({
    socket: await tcp(port, from),
    ALPNProtocols: [ALPN],
    rejectUnauthorized: false,
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

function frame(message: object): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, payload]);
}

/** Announces a long frame, and would send a byte of it now and then. */
function drip(socket: Socket): Socket {
  socket.write(Buffer.from([0, 0, 63, 0, 123]));
  return socket;
}

const HOLDERS: Readonly<Record<string, Holder>> = {
  'never begin the handshake': tcp,
  'drip the handshake': async (port, from) => {
    const socket = await tcp(port, from);
    socket.write(Buffer.from('160301', 'hex'));
    return socket;
  },
  'are silent after the handshake': tls,
  'drip the first message': async (port, from) => drip(await tls(port, from)),
  'drip the proof after a challenge': async (port, from) => {
    const socket = await tls(port, from);
    const A = Buffer.alloc(384, 3).toString('base64url');
    socket.write(frame({ type: 'login.start', username: 'somebody', suite: '3072-sha256', A }));
    await once(socket, 'data');
    return drip(socket);
  },
};

async function startServer(limits = LIMITS) {
  const world = await makeWorld();
  const user = await register(world, 'alice');
  await login(world, user, OWN, DEVICE);
  const events: ServerEvent[] = [];
  const server = await startAuthServer({
    store: world.store,
    ...(await generateIdentity({ hosts: ['127.0.0.1'] })),
    port: 0,
    registration: 'open',
    limits,
    profile: { ...DEFAULT_SERVER_PROFILE, stretch: STRETCH },
    clock: () => world.now * 1000,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => server.close());
  return { world, user, server, events };
}

describe('a stranger and a known device log in while more connections than there are places', () => {
  for (const [how, hold] of Object.entries(HOLDERS))
    it(`${how}, from eight addresses and its own`, async () => {
      const { world, user, server, events } = await startServer();
      const more = async (times: number) => {
        for (let n = 0; n < times; n += 1)
          await Promise.all([...OTHERS, OWN].map((from) => hold(server.port, from)));
      };
      await more(5);
      const stranger = await Racer.connect(server.port);
      const { prove } = await stranger.startLogin(user.username, user.password);
      const known = await Racer.connect(server.port);
      const device = await known.startLogin(user.username, user.password, DEVICE);
      await more(2);
      for (const [client, proof] of [
        [stranger, prove],
        [known, device.prove],
      ] as const) {
        expect(await proof()).toMatchObject({ type: 'login.proven' });
        await more(2);
        world.now += 30;
        const code = codeAt(world, user.secret);
        await client.expect('login.done', { type: 'totp.submit', code });
      }
      const refused = events.filter((event) => 'because' in event && event.because === 'busy');
      expect(refused.length).toBeGreaterThan(0);
      expect(events.filter(({ kind }) => kind === 'failure')).toEqual([]);
      await stranger.close();
      await known.close();
    });
});

it('a known device logs in while strangers with an account of their own hold every ordinary seat', async () => {
  const { world, user, server } = await startServer({ ...LIMITS, connectionsPerSource: 16 });
  const mallory = await register(world, 'mallory');
  const held: Racer[] = [];
  for (let n = 0; n < (LIMITS.connections * 3) / 4; n += 1) {
    const racer = await Racer.connect(server.port);
    expect(await racer.prove(mallory.username, mallory.password)).toMatchObject({ type: 'login.proven' });
    held.push(racer);
  }
  const stranger = await Racer.connect(server.port);
  expect(await stranger.prove(user.username, user.password)).toMatchObject({ code: 'busy' });
  const known = await Racer.connect(server.port);
  expect(await known.prove(user.username, user.password, DEVICE)).toMatchObject({ type: 'login.proven' });
  world.now += 30;
  await known.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
  await Promise.all([...held, known].map((racer) => racer.close()));
});

it('holds no more sockets than it has places, however many are opened', async () => {
  const { server, events } = await startServer();
  const sockets: Socket[] = [];
  for (let n = 0; n < 5; n += 1)
    for (const from of OTHERS) sockets.push((await tcp(server.port, from)).resume());
  const tooMany = sockets.length - LIMITS.connectionsWaiting;
  const turnedAway = () =>
    events.filter((event) => event.kind === 'refused' && event.because === 'busy').length;
  const closed = () => sockets.filter((socket) => socket.closed).length;
  while (turnedAway() < tooMany || closed() < tooMany) await new Promise((resolve) => setImmediate(resolve));
  expect([turnedAway(), closed()]).toEqual([tooMany, tooMany]);
});
