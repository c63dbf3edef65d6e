/** What systemd sees of the server, and how signals end it. */
import { once } from 'node:events';
import { join } from 'node:path';
import { connectTls } from '@countersign/tls-channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { dataDir, folder, Program } from './program.ts';
import { ONCE, spawnStart, starting } from './starting.ts';

/** Prints what arrives at a Unix datagram socket, as systemd receives it. */
const RECEIVER = `import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print('bound', flush=True)
while True: print(receiver.recv(4096).decode(), flush=True)
`;

async function notifySocket(): Promise<{ path: string; received: (text: string) => Promise<void> }> {
  const path = join(folder(), 'notify');
  const receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, path]);
  onTestFinished(() => void receiver.kill('SIGKILL'));
  let output = '';
  receiver.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const received = async (text: string) => {
    while (!output.includes(text)) await once(receiver.stdout, 'data');
  };
  await received('bound');
  return { path, received };
}

withCounterpart(['systemd-notify', 'python3'], 'systemd', () => {
  it('learns when the server listens, and when it is ending', async () => {
    const { path, received } = await notifySocket();
    const env = { NOTIFY_SOCKET: path };
    const program = new Program(starting(await dataDir()), { input: ONCE, env });
    await received('READY=1');
    expect(program.stdout).toContain('"event":"listening"');
    program.kill('SIGTERM');
    await received('STOPPING=1');
    expect(await program.ended).toBe(0);
    expect(program.stderr).not.toContain('systemd');
  });
});

it('a server that cannot notify systemd says so and serves', async () => {
  const env = { NOTIFY_SOCKET: '/nonexistent/notify', PATH: '/nonexistent' };
  const program = new Program(starting(await dataDir()), { input: ONCE, env });
  await program.prints(/systemd was not notified that the service is ready/, 'stderr');
  program.kill('SIGTERM');
  expect(await program.ended).toBe(0);
});

/** A client that waits for its user to type a password. */
async function loginAt(port: number) {
  const channel = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } });
  onTestFinished(() => channel.destroy());
  const A = new Uint8Array(384).fill(7);
  await channel.send({ type: 'login.start', username: 'alice', suite: '3072-sha256', A });
  expect(await channel.receive({ timeout: 20_000 })).toMatchObject({ type: 'login.challenge' });
  return channel;
}

describe('SIGTERM', () => {
  it('stops accepting, tells open connections, and ends with 0', async () => {
    const program = spawnStart(await dataDir());
    const { port } = await program.listening();
    const channel = await loginAt(port);
    program.kill('SIGTERM');
    const answer = await channel.receive({ timeout: 20_000 });
    expect(answer).toMatchObject({ type: 'error', code: 'shutting_down' });
    await expect(connectTls({ host: '127.0.0.1', port, trust: { kind: 'any' } })).rejects.toThrow();
    await channel.close();
    expect(await program.ended).toBe(0);
  });

  it('followed by a second signal ends the server at once', async () => {
    const program = spawnStart(await dataDir());
    const { port } = await program.listening();
    // It keeps its side open, so that the server waits for its end.
    const channel = await loginAt(port);
    program.kill('SIGTERM');
    await channel.receive({ timeout: 20_000 });
    program.kill('SIGINT');
    expect(await program.ended).toBe('SIGINT');
  });
});
