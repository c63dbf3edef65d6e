/** How many connections a listener accepts. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Arrival, connectTls, formatAddress } from '../src/index.ts';
import { channelPair, codeOf, plainClient, startServer } from './harness.ts';

describe('a listener', () => {
  it('closes connections above its limit', async () => {
    const server = await startServer({ maxConnections: 2 });
    await channelPair(server);
    await channelPair(server);
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'any' } }))).toBe('connect_failed');
  });

  it('reports each connection before its handshake, and lets the caller close it', async () => {
    const arrivals: Arrival[] = [];
    const server = await startServer({ onArrival: (arrival) => arrivals.push(arrival) });
    const silent = await plainClient(server, '127.0.1.1');
    const ended = once(silent.resume(), 'close');
    await channelPair(server);
    expect(arrivals.map(({ remoteAddress }) => remoteAddress)).toEqual(['127.0.1.1', '127.0.0.1']);
    arrivals[0]?.destroy();
    await Promise.all([ended, arrivals[0]?.gone]);
    expect(server.errors).toEqual([]);
  });
});

it('names an address that it cannot use in the form in which it is typed', async () => {
  expect(formatAddress('localhost', 8443)).toBe('localhost:8443');
  const first = await startServer({ host: '::1' });
  await expect(startServer({ host: '::1', port: first.port })).rejects.toMatchObject({
    code: 'address_in_use',
    message: `another program listens at [::1]:${first.port} already`,
  });
});
