import { describe, expect, it } from 'vitest';
import { addAccounts, administrate } from './administrator.ts';
import { addresses, issueToken, PORTS, verify } from './http-ports.ts';
import { dataDir, PASSPHRASE, Program } from './program.ts';
import { answers, childrenOf, start } from './workers.ts';

const WIKI = 'https://wiki.example.org';

describe('several workers', () => {
  it('end when the first process is killed', async () => {
    const program = await start('--workers', '2');
    await program.listening();
    expect(childrenOf(program.process.pid)).toHaveLength(2);
    program.kill('SIGKILL');
    // Its pipes are the workers' as well: they have ended when these are closed.
    expect(await program.ended).toBe('SIGKILL');
    expect(program.stderr.match(/"server\.stopped"/g)).toHaveLength(2);
  });

  it('cannot start where another program listens: 6', async () => {
    const one = await start();
    const { port } = await one.listening();
    const other = await start('--workers', '2', '--port', String(port));
    expect(await other.ended).toBe(6);
    expect(other.stderr).toMatch(/^Error: Another program listens at/m);
  });

  it('leave the ports to the first process, which follows every change of the passphrase', async () => {
    const dir = await dataDir();
    const service = ['service', 'add', 'wiki', '--audience', WIKI];
    await addAccounts(dir, { username: 'alice' });
    await administrate(dir, service, { now: Date.now() / 1000 });
    const args = ['start', '--data-dir', dir, '--port', '0', '--json', '--workers', '2', ...PORTS];
    const { open, own } = await addresses(new Program(args, { input: `${PASSPHRASE}\n` }));
    const token = await issueToken(dir, 'alice', WIKI);
    expect((await verify(own, WIKI, token)).status).toBe(204);
    await administrate(dir, ['passphrase', 'change'], { lines: ['battery staple', 'battery staple'] });
    const statuses = async () => [
      (await verify(own, WIKI, token)).status,
      (await fetch(`${open}/ssh/krl`)).status,
      (await fetch(`${open}/jwks.json`)).status,
    ];
    expect(await statuses()).toEqual([204, 200, 200]);
    await administrate(dir, ['user', 'disable', 'alice'], { passphrase: 'battery staple' });
    await expect.poll(statuses, { timeout: 20_000 }).toEqual([401, 200, 200]);
  });

  it('are counted together', async () => {
    const program = await start('--workers', '2', '--metrics-port', '0');
    const { port } = await program.listening();
    const [, metrics] = await program.prints(/"metricsPort":(\d+)/);
    for (let i = 0; i < 4; i++) await answers(port);
    const page = async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    await expect.poll(page, { timeout: 10_000 }).toMatch(/^countersign_connections_total 4$/m);
    await expect.poll(page, { timeout: 10_000 }).toMatch(/^countersign_connections_open 0$/m);
    expect(await page()).toMatch(/^countersign_store_commits_total [1-9]/m);
  });
});
