/** What a server answers when it certifies no key, as the user reads it. */
import { existsSync } from 'node:fs';
import { restoreBackup } from '@countersign/auth-server/accounts';
import { memoryBackend } from '@countersign/secure-store';
import { afterAll, afterEach, expect, it } from 'vitest';
import { Home } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount, startTestServer, type TestServer, UNLOCK } from './test-server.ts';

const home = new Home();
const key = home.write(
  'key.pub',
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKC+LR5TpKlykoRHAf7RM8HUeCDOc7hgcHoH/C2f1xMD\n',
);
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => home.remove());

/** A server with an account that can log in over SSH. */
async function start(options: Parameters<typeof startTestServer>[0] = {}) {
  const server = await startTestServer(options);
  servers.push(server);
  await server.ssh.listRole({ role: 'web', agentForwarding: false });
  return { server, account: await server.addAccount('alice', { roles: ['web'] }) };
}

async function certify({ address, codeOf }: TestServer, { username, secret }: OldAccount) {
  const lines = [username, OLD_PASSWORD, codeOf(secret)];
  const { exit, stdout, stderr } = await home.run(address, ['ssh', '--key', key], lines);
  expect(existsSync(home.path('key-cert.pub'))).toBe(false);
  return { exit, stdout, error: stderr.split('\n').at(-2) };
}

it('countersign ssh after a restore says who resumes issuing', async () => {
  const { server, account } = await start();
  const backup: Uint8Array[] = [];
  await server.store.backup({ write: (chunk) => void backup.push(chunk) });
  const backend = memoryBackend();
  const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  await restoreBackup({ ...UNLOCK, backend, source: backup, clock: Date.now, randomBytes });
  const restored = await startTestServer({ backend });
  servers.push(restored);
  restored.advance(60); // past the codes of before the restore
  expect(await certify(restored, account)).toEqual({
    exit: 3,
    stdout: '',
    error:
      'Error: The server issues nothing until its administrator resumes it after a restore. Ask the administrator to resume it.',
  });
});

it('countersign ssh over 15 minutes after the second factor says to log in again', async () => {
  const { server, account } = await start({ loginsAge: 901 });
  expect(await certify(server, account)).toEqual({
    exit: 3,
    stdout: '',
    error: 'Error: This is only possible soon after a login. Log in again.',
  });
});
