/** `start --proxy-protocol` */
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { dataDir, folder } from './program.ts';
import { ONCE, start, starting, tryTo } from './starting.ts';
import { start as startWorkers } from './workers.ts';

/** Breaks the protocol as a client at this address behind a relay. */
function breakProtocol(port: number, address: string): void {
  const socket = connectTcp({ port, host: '127.0.0.1' });
  socket.write(`PROXY TCP4 ${address} 127.0.0.1 1024 8443\r\n`);
  const tls = connect({ socket, rejectUnauthorized: false, ALPNProtocols: ['countersign/1'] });
  tls.on('error', () => {}).resume();
  tls.write('GET / HTTP/1.1\r\n\r\n');
}

describe('--proxy-protocol', () => {
  it('logs the addresses of clients in every worker, and what relays must send', async () => {
    const program = await startWorkers('--workers', '2', '--proxy-protocol', '192.0.2.9,127.0.0.0/8');
    const { port } = await program.listening();
    breakProtocol(port, '203.0.113.1');
    breakProtocol(port, '203.0.113.2');
    for (const address of ['203.0.113.1', '203.0.113.2'])
      await program.prints(new RegExp(`"source":"${address}","because":"protocol"`), 'stderr');
    connectTcp({ port, host: '127.0.0.1' }).end('GET / HTTP/1.1\r\n\r\n');
    await program.prints(/"source":"127.0.0.1","because":"bad_proxy_header"/, 'stderr');
    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  it('closes open registration on a loopback address, since others connect through the relay', async () => {
    const program = start(await dataDir(), ONCE, '--proxy-protocol', '127.0.0.1', '--proxy-protocol', '::1');
    await program.listening();
    expect(program.stdout).toContain('"registration":"invite"');
  });

  it.each(['relay.example', '10.0.0.0/40', '0.0.0.0/0', '127.0.0.1,', ''])('refuses "%s"', async (from) => {
    const { exit, stderr } = await tryTo(starting(folder(), '--proxy-protocol', from));
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringMatching(/--proxy-protocol/) });
  });
});
