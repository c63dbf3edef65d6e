import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, PASSPHRASE, Program } from './program.ts';

async function start(...args: string[]): Promise<Program> {
  return new Program(['start', '--data-dir', await dataDir(), '--port', '0', '--json', ...args], {
    input: `${PASSPHRASE}\n`,
  });
}

/** The processes whose parent is this one. */
function childrenOf(pid: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) /, '')
            .split(' ')[1] === String(pid)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Whether a client gets as far as the protocol. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ALPNProtocols: ['countersign/1'],
      rejectUnauthorized: false,
    });
    socket.on('secureConnect', () => socket.end());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(socket.alpnProtocol === 'countersign/1'));
  });
}

describe('several workers', () => {
  it('share one port, are replaced when they die, and end together', async () => {
    const program = await start('--workers', '2');
    const { port } = await program.listening();
    const before = childrenOf(program.process.pid);
    expect(before).toHaveLength(2);
    expect(await answers(port)).toBe(true);

    for (const pid of before) process.kill(pid, 'SIGKILL');
    await program.prints(/"msg":"A worker process ended \(SIGKILL\)/, 'stderr');
    await expect.poll(() => childrenOf(program.process.pid).length, { timeout: 20_000 }).toBe(2);
    await expect.poll(() => answers(port), { timeout: 20_000 }).toBe(true);
    expect(childrenOf(program.process.pid)).not.toEqual(expect.arrayContaining(before));

    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.stdout.match(/"event":"listening"/g)).toHaveLength(1);
  });

  it('end with 7 when all have died and the passphrase was changed since', async () => {
    const dir = await dataDir();
    const input = `${PASSPHRASE}\n`;
    const program = new Program(['--data-dir', dir, '--port', '0', '--json', '--workers', '2'], { input });
    await program.listening();
    await administrate(dir, ['passphrase', 'change'], { lines: ['battery staple', 'battery staple'] });
    for (const pid of childrenOf(program.process.pid)) process.kill(pid, 'SIGKILL');
    expect(await program.ended).toBe(7);
    expect(program.stderr).toContain('the passphrase was changed since the start. Start the server again');
  });

  it('show the passphrase in no command line and no environment', async () => {
    const program = await start('--workers', '2');
    await program.listening();
    const pids = [program.process.pid, ...childrenOf(program.process.pid)];
    expect(pids).toHaveLength(3);
    for (const pid of pids)
      for (const file of ['cmdline', 'environ'])
        expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(PASSPHRASE);
  });

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
