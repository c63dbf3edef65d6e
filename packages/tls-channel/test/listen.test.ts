/** How many connections a listener takes. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectTls, formatAddress } from '../src/index.ts';
import { channelPair, codeOf, plainClient, startServer } from './harness.ts';

describe('a listener', () => {
  it('turns away more connections than it was told to take', async () => {
    const server = await startServer({ maxConnections: 2 });
    await channelPair(server);
    await channelPair(server);
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'any' } }))).toBe('connect_failed');
  });

  it('turns away a source with too many silent connections, and nobody else', async () => {
    const sourceOf = (address: string) => (address.startsWith('127.0.1.') ? 'one net' : address);
    const server = await startServer({ maxPerSource: 2, sourceOf });
    for (const from of ['127.0.1.1', '127.0.1.2']) await plainClient(server, from);
    const late = await plainClient(server, '127.0.1.3');
    await once(late.resume(), 'close');
    const { client } = await channelPair(server);
    await client.close();
  });
});

it('names the address it cannot have as one types it', async () => {
  expect(formatAddress('localhost', 8443)).toBe('localhost:8443');
  const first = await startServer({ host: '::1' });
  await expect(startServer({ host: '::1', port: first.port })).rejects.toMatchObject({
    code: 'address_in_use',
    message: `another program listens at [::1]:${first.port} already`,
  });
});
