/** Clients behind a relay that sends the PROXY protocol: each is a source of its own. */
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { ALPN, generateIdentity } from '@countersign/tls-channel';
import { expect, it, onTestFinished } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { limitsSchema, type ServerEvent, startAuthServer } from '../src/index.ts';
import { openTestStore } from './world.ts';

async function serverBehindRelay() {
  const store = await openTestStore();
  const events: ServerEvent[] = [];
  const server = await startAuthServer({
    store,
    ...(await generateIdentity({ hosts: ['127.0.0.1'] })),
    port: 0,
    relays: ['127.0.0.0/8'],
    registration: 'invite',
    limits: limitsSchema.parse({ connectionsPerSource: 1, source: { startsPerMinute: 1 } }),
    onEvent: (event) => events.push(event),
  });
  onTestFinished(async () => {
    await server.close();
    await store.close();
  });
  /** A client at this address, as the relay reports it. */
  const clientAt = async (address: string): Promise<TLSSocket> => {
    const socket = connectTcp({ port: server.port, host: '127.0.0.1' });
    socket.write(`PROXY ${address.includes(':') ? 'TCP6' : 'TCP4'} ${address} ${address} 1024 8443\r\n`);
    const tls = connect({ socket, rejectUnauthorized: false, ALPNProtocols: [ALPN] });
    onTestFinished(() => void tls.destroy());
    tls.on('error', () => {}).resume();
    await once(tls, 'secureConnect');
    return tls;
  };
  return { store, server, events, clientAt };
}

/** Starts a login, and returns the type or the error code of the answer. */
async function startLogin(client: TLSSocket): Promise<string | undefined> {
  const A = Buffer.alloc(384, 7).toString('base64url');
  const message = { type: 'login.start', username: 'alice', suite: '3072-sha256', A };
  const bytes = Buffer.from(JSON.stringify(message));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  client.write(Buffer.concat([length, bytes]));
  const [answer]: Buffer[] = await once(client, 'data');
  const text = answer?.toString('latin1') ?? '';
  return (/"code":"(\w+)"/.exec(text) ?? /"type":"([\w.]+)"/.exec(text))?.[1];
}

it('connections are limited by the address of the client, not by that of the relay', async () => {
  const { clientAt, events } = await serverBehindRelay();
  const one = await clientAt('192.0.2.1');
  const other = await clientAt('192.0.2.2');
  const closed = new Promise((resolve) => one.once('close', resolve));
  await clientAt('192.0.2.1');
  await closed;
  expect(other.destroyed).toBe(false);
  const sources = events.flatMap((event) => (event.kind === 'connected' ? [event.source] : []));
  expect(sources).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.1']);
});

it('attempts are limited, logged and audited by the address of the client', async () => {
  const { store, server, clientAt } = await serverBehindRelay();
  expect(await startLogin(await clientAt('2001:db8:1:2::1'))).toBe('login.challenge');
  expect(await startLogin(await clientAt('2001:db8:1:3::1'))).toBe('login.challenge');
  expect(await startLogin(await clientAt('2001:db8:1:2::9'))).toBe('slow_down');
  await server.close();
  const audited = (await readAudit(store)).map(({ kind, source, detail }) => ({ kind, source, detail }));
  expect(audited).toContainEqual({
    kind: 'attempt.refused',
    source: '2001:db8:1:2::/64',
    detail: 'source.startsPerMinute',
  });
  expect(audited.map(({ source }) => source)).not.toContain('127.0.0.1');
});
