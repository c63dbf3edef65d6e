/** A listener behind relays, and clients that pretend to be one. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { NGINX_STREAM } from '../../../scripts/counterparts.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import type { Arrival } from '../src/index.ts';
import { isRelayRange, trustedRelays } from '../src/proxy-protocol/relays.ts';
import { folderWith, freePort, plainClient, plainServer, rawFrame, startServer } from './harness.ts';
import { ManualTimers } from './manual-timers.ts';

const V1 = Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.10 8080 8443\r\n');
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc0000202c633640a1f9020fb', 'hex');
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const LOGIN = rawFrame(
  JSON.stringify({ type: 'login.start', username: 'alice', suite: '3072-sha256', A: 'AA' }),
);

/** A server that trusts relays at 127.0.0.1, and what arrived there. */
async function behindRelay(options: Parameters<typeof startServer>[0] = {}) {
  const arrivals: Arrival[] = [];
  const server = await startServer({
    relays: ['127.0.0.1'],
    onArrival: (arrival) => arrivals.push(arrival),
    ...options,
  });
  return { server, arrivals, sources: () => arrivals.map(({ remoteAddress }) => remoteAddress) };
}

/** Resolves when the other side has closed the connection, with an error or without. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

/** TLS over a socket on which the header was sent. */
async function secure(socket: Socket): Promise<TLSSocket> {
  const tls = connect({ socket, rejectUnauthorized: false, ALPNProtocols: ['countersign/1'] });
  onTestFinished(() => {
    tls.destroy();
  });
  tls.on('error', () => {});
  await once(tls, 'secureConnect');
  return tls;
}

describe('a trusted relay', () => {
  it.each([
    ['192.0.2.1', 'in text', V1],
    ['192.0.2.2', 'in binary', V2],
    ['127.0.0.1', 'for itself', LOCAL],
  ])('speaks for %s %s, and TLS follows on the same connection', async (address, _how, header) => {
    const { server, sources } = await behindRelay();
    const socket = await plainClient(server);
    socket.write(header);
    const tls = await secure(socket);
    const channel = await server.next();
    expect(channel.remoteAddress).toBe(address);
    expect(sources()).toEqual([address]);
    tls.write(LOGIN);
    expect(await channel.receive()).toMatchObject({ type: 'login.start', username: 'alice' });
  });

  it('is understood however the header and the first bytes of TLS are split', async () => {
    const { server, sources } = await behindRelay();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(V1, V2),
        fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 4 }),
        async (header, cuts) => {
          const socket = (await plainClient(server)).setNoDelay();
          const { port } = await plainServer((inner) => {
            let first = true;
            inner.on('data', (bytes: Buffer) => {
              const all = first ? Buffer.concat([header, bytes]) : bytes;
              let from = 0;
              for (const cut of first ? cuts : []) {
                socket.write(all.subarray(from, from + cut));
                from += cut;
              }
              socket.write(all.subarray(from));
              first = false;
            });
            socket.pipe(inner);
            inner.once('close', () => socket.destroy());
          });
          const tls = await secure(connectTcp({ port, host: '127.0.0.1' }));
          const channel = await server.next();
          expect(channel.remoteAddress).toBe(header === V1 ? '192.0.2.1' : '192.0.2.2');
          tls.destroy();
          await channel.gone;
        },
      ),
      { numRuns: 25 },
    );
    expect(new Set(sources())).toEqual(new Set(['192.0.2.1', '192.0.2.2']));
    expect(server.errors).toEqual([]);
  });

  it('can send its header byte by byte, but has 10 s for it', async () => {
    const timers = new ManualTimers();
    const { server, arrivals } = await behindRelay({ timers });
    const socket = (await plainClient(server)).setNoDelay();
    const ended = closeOf(socket);
    for (const byte of V1.subarray(0, 10)) {
      socket.write(Uint8Array.of(byte));
      timers.advance(900);
    }
    expect(socket.closed).toBe(false);
    timers.advance(1_000);
    await ended;
    expect(server.errors).toMatchObject([{ code: 'timeout' }]);
    expect(arrivals).toEqual([]);
  });

  it.each([
    ['TLS at once', Buffer.from('1603010005010000', 'hex')],
    ['a broken header', Buffer.from('PROXY TCP4 192.0.2.1\r\n')],
    ['a header without an end', Buffer.alloc(5_000, 'PROXY UNKNOWN ')],
  ])('is disconnected when it sends %s, and no client has arrived', async (_what, bytes) => {
    const { server, arrivals } = await behindRelay();
    const socket = await plainClient(server);
    const ended = closeOf(socket);
    socket.write(bytes);
    await ended;
    expect(server.errors).toMatchObject([{ code: 'bad_proxy_header' }]);
    expect(arrivals).toEqual([]);
  });

  it('can leave before, within and after its header', async () => {
    const { server } = await behindRelay();
    for (const [n, bytes] of [Buffer.alloc(0), V1.subarray(0, 9), V1].entries()) {
      const socket = await plainClient(server);
      socket.resume().end(bytes);
      await server.failed(n + 1);
      expect(server.errors[n]).toMatchObject({ code: 'closed' });
    }
  });

  it('is one of several connections that the caller can close before TLS', async () => {
    const { server } = await behindRelay({ onArrival: (arrival) => arrival.destroy() });
    const socket = await plainClient(server);
    const ended = closeOf(socket);
    socket.write(V2);
    await ended;
    expect(server.errors).toEqual([]);
  });
});

describe('a client that is not a trusted relay', () => {
  it('connects without a header', async () => {
    const { server } = await behindRelay();
    await secure(await plainClient(server, '127.0.3.3'));
    expect((await server.next()).remoteAddress).toBe('127.0.3.3');
  });

  it('cannot choose its address: a header fails the TLS handshake', async () => {
    const { server, sources } = await behindRelay();
    for (const [n, header] of [V1, V2].entries()) {
      const socket = await plainClient(server, '127.0.3.3');
      const ended = closeOf(socket);
      socket.write(header);
      await ended;
      await server.failed(n + 1);
      expect(server.errors[n]).not.toMatchObject({ code: 'bad_proxy_header' });
    }
    expect(sources()).toEqual(['127.0.3.3', '127.0.3.3']);
  });

  it('cannot choose its address either when no relay is trusted', async () => {
    const { server } = await behindRelay({ relays: [] });
    const socket = await plainClient(server);
    const ended = closeOf(socket);
    socket.write(V1);
    await ended;
    await server.failed(1);
    expect(server.errors[0]).not.toMatchObject({ code: 'bad_proxy_header' });
  });
});

describe('the list of relays', () => {
  it('has addresses and networks of both families', () => {
    const isRelay = trustedRelays([
      '192.0.2.7',
      '10.0.0.0/8',
      '::ffff:172.16.0.0/108',
      '2001:db8::/32',
      '::1',
    ]);
    for (const address of [
      '192.0.2.7',
      '::ffff:192.0.2.7',
      '10.255.0.1',
      '172.31.0.1',
      '::FFFF:10.1.1.1',
      '2001:db8:ffff::1',
      '::1',
    ])
      expect([address, isRelay(address)]).toEqual([address, true]);
    for (const address of ['192.0.2.8', '11.0.0.1', '::ffff:11.0.0.1', '2001:db9::1', '::2', '', 'unknown'])
      expect([address, isRelay(address)]).toEqual([address, false]);
  });

  it.each([
    '',
    'relay.example',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/0',
    '::ffff:10.0.0.0/8',
    '::ffff:0:0/96',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0',
    'fe80::1%eth0',
    '10.0.0.1:443',
    '10.0.0.0/8/8',
  ])('has no "%s"', (text) => {
    expect(isRelayRange(text)).toBe(false);
    expect(() => trustedRelays([text])).toThrow(RangeError);
  });
});

/** Connects from 127.0.4.4 to the port of a relay, as soon as it listens. */
async function throughRelay(port: number): Promise<TLSSocket> {
  for (;;) {
    const socket = connectTcp({ port, host: '127.0.0.1', localAddress: '127.0.4.4' });
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    if (isOpen) return secure(socket);
  }
}

function runRelay(command: string, args: readonly string[]): void {
  const relay = spawn(command, [...args], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = once(relay, 'close');
    relay.kill('SIGKILL');
    await ended;
  });
}

withCounterpart('haproxy', 'behind HAProxy', () => {
  it.each(['send-proxy', 'send-proxy-v2', 'send-proxy-v2 proxy-v2-options unique-id,crc32c'])(
    'the address of the client is known: %s',
    async (option) => {
      const { server } = await behindRelay();
      const port = await freePort();
      const configuration = `defaults
  mode tcp
  timeout connect 10s
  timeout client 10s
  timeout server 10s
frontend front
  bind 127.0.0.1:${port}
  unique-id-format %[uuid()]
  default_backend back
backend back
  server one 127.0.0.1:${server.port} ${option}
`;
      runRelay('/usr/sbin/haproxy', [
        '-db',
        '-q',
        '-f',
        folderWith({ 'haproxy.cfg': configuration })('haproxy.cfg'),
      ]);
      await throughRelay(port);
      expect((await server.next()).remoteAddress).toBe('127.0.4.4');
    },
  );

  it('its health checks are not clients', async () => {
    const { server, sources } = await behindRelay();
    const configuration = `defaults
  mode tcp
  timeout connect 10s
  timeout client 10s
  timeout server 10s
listen relay
  bind 127.0.0.1:${await freePort()}
  server one 127.0.0.1:${server.port} send-proxy-v2 check inter 5
`;
    runRelay('/usr/sbin/haproxy', [
      '-db',
      '-q',
      '-f',
      folderWith({ 'haproxy.cfg': configuration })('haproxy.cfg'),
    ]);
    await server.failed(5);
    for (const error of server.errors) expect(error).toMatchObject({ code: 'closed' });
    expect(new Set([...sources(), '127.0.0.1']).size).toBe(1);
  });
});

withCounterpart('nginx-stream', 'behind nginx', () => {
  it('the address of the client is known', async () => {
    const { server } = await behindRelay();
    const port = await freePort();
    const path = folderWith({});
    const configuration = `load_module ${NGINX_STREAM};
daemon off;
master_process off;
pid ${path('pid')};
error_log ${path('error.log')};
events {}
stream {
  server {
    listen 127.0.0.1:${port};
    proxy_pass 127.0.0.1:${server.port};
    proxy_protocol on;
  }
}
`;
    writeFileSync(path('nginx.conf'), configuration);
    runRelay('/usr/sbin/nginx', ['-p', path(''), '-c', path('nginx.conf')]);
    await throughRelay(port);
    expect((await server.next()).remoteAddress).toBe('127.0.4.4');
  });
});
