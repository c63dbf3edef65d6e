import { describe, expect, it } from 'vitest';
import { answers, childrenOf, start } from './workers.ts';

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
