import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataDir, PASSPHRASE, Program } from './program.ts';

/** The process and its children. */
function familyOf(pid = 0): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return [pid, ...children.trim().split(' ').filter(Boolean).map(Number)];
}

describe('a process that holds the key of the store', () => {
  it.each(['1', '2'])(
    'opens no debugger at SIGUSR1 and survives SIGUSR2, with --workers %s',
    async (workers) => {
      const args = ['start', '--data-dir', await dataDir(), '--port', '0', '--json', '--workers', workers];
      const program = new Program(args, { input: `${PASSPHRASE}\n` });
      await program.listening();
      const family = familyOf(program.process.pid);
      expect(family).toHaveLength(workers === '1' ? 1 : 3);
      for (const pid of family) for (const signal of ['SIGUSR1', 'SIGUSR2']) process.kill(pid, signal);
      program.kill('SIGTERM');
      expect(await program.ended).toBe(0);
      expect(program.stderr).not.toContain('Debugger');
      expect(program.stderr).not.toMatch(/"level":"warn"/);
    },
  );

  it('does not ask for a passphrase while a debugger can attach', async () => {
    const env = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
    const args = ['start', '--data-dir', await dataDir(), '--port', '0', '--json'];
    const program = new Program(args, { input: `${PASSPHRASE}\n`, env });
    expect(await program.ended).toBe(1);
    expect(program.stdout).toBe('');
    expect(program.stderr).toContain('A debugger can attach to this process');
  });

  it('refuses a debugger that SIGUSR1 opened while the program was loading', async () => {
    const env = { NODE_OPTIONS: "--import=data:text/javascript,process.kill(process.pid,'SIGUSR1')" };
    const args = ['start', '--data-dir', await dataDir(), '--port', '0'];
    const program = new Program(args, { input: `${PASSPHRASE}\n`, env });
    expect(await program.ended).toBe(1);
    expect(program.stdout).toBe('');
  });
});
