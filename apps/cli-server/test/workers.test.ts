import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, PASSPHRASE, Program } from './program.ts';
import { answers, childrenOf, start } from './workers.ts';

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
    expect(program.stderr).toContain('the passphrase was changed after the start. Start the server again');
  });

  it('keep the passphrase out of command lines and environments', async () => {
    const program = await start('--workers', '2');
    await program.listening();
    const pids = [program.process.pid, ...childrenOf(program.process.pid)];
    expect(pids).toHaveLength(3);
    for (const pid of pids)
      for (const file of ['cmdline', 'environ'])
        expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain(PASSPHRASE);
  });
});
