/** Other settings for a running server. */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { ALPN, generateIdentity } from '@countersign/tls-channel';
import { expect, it, onTestFinished } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { DEFAULT_LIMITS, limitsSchema, type ServerOptions, startAuthServer } from '../src/index.ts';
import { keptLimits } from '../src/limits/kept-limits.ts';
import { openTestStore } from './world.ts';

async function startServer(options: Partial<ServerOptions> = {}) {
  const store = await openTestStore();
  const identity = await generateIdentity({ hosts: ['127.0.0.1'] });
  const server = await startAuthServer({ store, ...identity, port: 0, registration: 'open', ...options });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  const client = async (): Promise<TLSSocket> => {
    const tls = connect({
      port: server.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: [ALPN],
    });
    onTestFinished(() => void tls.destroy());
    tls.on('error', () => {}).resume();
    await once(tls, 'secureConnect');
    return tls;
  };
  return { server, store, client };
}

async function answerTo(client: TLSSocket, message: object): Promise<string | undefined> {
  const bytes = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  client.write(Buffer.concat([length, bytes]));
  const [answer]: Buffer[] = await once(client, 'data');
  const text = answer?.toString('latin1') ?? '';
  return (/"code":"(\w+)"/.exec(text) ?? /"type":"([\w.]+)"/.exec(text))?.[1];
}

const zeros = (length: number) => Buffer.alloc(length, 7).toString('base64url');
const LOGIN = { type: 'login.start', username: 'alice', suite: '3072-sha256', A: zeros(384) };
const REGISTRATION = {
  type: 'register.start',
  username: 'alice',
  suite: '3072-sha256',
  stretch: { name: 'none' },
  salt: zeros(16),
  verifier: zeros(384),
};

it('counts by the new limits at once, and what was counted before still counts', async () => {
  const { server, client, store } = await startServer();
  expect(await answerTo(await client(), LOGIN)).toBe('login.challenge');
  const limits = limitsSchema.parse({ source: { startsPerMinute: 1 } });
  await server.change({ registration: 'open', limits });
  expect(await answerTo(await client(), LOGIN)).toBe('slow_down');
  expect(await keptLimits(store)).toEqual(limits);
  await server.change({ registration: 'open' });
  expect(await answerTo(await client(), LOGIN)).toBe('login.challenge');
  expect(await keptLimits(store)).toEqual(DEFAULT_LIMITS);
});

it('does not change the limits of others that hold the same object', async () => {
  const limits = limitsSchema.parse({});
  const { server } = await startServer({ limits });
  await server.change({ registration: 'open', limits: limitsSchema.parse({ code: { lockAfter: 7 } }) });
  expect(limits).toEqual(DEFAULT_LIMITS);
});

it('closes registration for connections that are open', async () => {
  const { server, client } = await startServer();
  const early = await client();
  await server.change({ registration: 'closed' });
  expect(await answerTo(early, REGISTRATION)).toBe('registration_closed');
});

it('holds fewer connections from now on', async () => {
  const { server, client } = await startServer();
  const oldest = await client();
  await client();
  await server.change({ registration: 'open', limits: limitsSchema.parse({ connectionsPerSource: 1 }) });
  expect(oldest.destroyed).toBe(false);
  const closed = once(oldest, 'close');
  await client();
  await closed;
});

it('keeps all settings when a relay is not an address', async () => {
  const { server, client } = await startServer();
  const limits = limitsSchema.parse({ source: { startsPerMinute: 1 } });
  await expect(server.change({ registration: 'closed', relays: ['relay'], limits })).rejects.toThrow(
    RangeError,
  );
  for (const _ of [1, 2]) expect(await answerTo(await client(), LOGIN)).toBe('login.challenge');
});

it('is audited when a rule has changed, and only then', async () => {
  const { server, store } = await startServer();
  await server.change({ registration: 'open', relays: ['192.0.2.1'] });
  await server.change({ registration: 'invite', limits: limitsSchema.parse({ code: { lockAfter: 7 } }) });
  const events = (await readAudit(store)).filter(({ kind }) => kind === 'server.reloaded');
  expect(events.map(({ detail }) => detail)).toEqual([
    `127.0.0.1:${server.port}, registration invite, limits code.lockAfter=7`,
  ]);
});
