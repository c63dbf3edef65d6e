import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ChildProcess, execFileSync, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function start(
  program: string,
  args: readonly string[],
  stdout: 'pipe' | number = 'pipe',
  more: Record<string, string> = {},
) {
  const path = fileURLToPath(new URL(`programs/${program}.js`, import.meta.url));
  const { COUNTERSIGN_TRACE: _, ...env } = process.env;
  const child = spawn(process.execPath, [path, ...args], {
    stdio: ['pipe', stdout, 'pipe'],
    env: { ...env, ...more },
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, ended, out: () => out, err: () => err };
}

describe('a program', () => {
  it('prints everything before it ends', async () => {
    const { ended, out } = start('printer', ['much']);
    expect(await ended).toEqual({ code: 0, signal: null });
    const lines = out().trimEnd().split('\n');
    expect(lines).toHaveLength(20_000);
    expect(lines.at(-1)).toBe('{"number":19999}');
  });

  it('ends with its exit code, even with open handles', async () => {
    expect(await start('printer', ['left open']).ended).toEqual({ code: 4, signal: null });
  });

  it.each([
    ['SIGINT', 'interrupted', 130],
    ['SIGTERM', 'terminated', 143],
    ['SIGHUP', 'hung_up', 129],
  ] as const)('finishes its work after %s', async (signal, code, exit) => {
    const serving = start('printer', ['serve']);
    await expect.poll(serving.out, { timeout: 10_000 }).toContain('listening');
    serving.child.kill(signal);
    expect(await serving.ended).toEqual({ code: 0, signal: null });
    expect(serving.out()).toBe('{"event":"listening"}\n{"event":"finished"}\n');
    expect(serving.err()).toBe(`finishing: ${code}\n`);

    const waiting = start('printer', ['wait']);
    await expect.poll(waiting.out, { timeout: 10_000 }).toContain('listening');
    waiting.child.kill(signal);
    expect(await waiting.ended).toEqual({ code: exit, signal: null });
    expect(waiting.err()).toBe('');
  });

  it.each(['SIGQUIT', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'] as const)(
    'finishes its work after %s as after SIGTERM',
    async (signal) => {
      const { child, ended, out, err } = start('printer', ['serve']);
      await expect.poll(out, { timeout: 10_000 }).toContain('listening');
      child.kill(signal);
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(out()).toContain('finished');
      expect(err()).toBe('finishing: terminated\n');
    },
  );

  it('opens no debugger at SIGUSR1 and does not end at SIGUSR2', async () => {
    const { child, ended, out, err } = start('printer', ['serve']);
    await expect.poll(out, { timeout: 10_000 }).toContain('listening');
    for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGTERM'] as const) child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(err()).toBe('finishing: terminated\n');
  });

  it('does not start while a debugger can attach', async () => {
    const { ended, out, err } = start('printer', ['serve'], 'pipe', {
      NODE_OPTIONS: '--inspect=127.0.0.1:0',
    });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(out()).toBe('');
    expect(err()).toContain('A debugger can attach to this process and read its secrets.');
  });

  it('treats a signal that arrives twice as one: npm forwards the Ctrl-C that the terminal sends to all', async () => {
    const { child, ended, out } = start('printer', ['serve']);
    await expect.poll(out, { timeout: 10_000 }).toContain('listening');
    for (let times = 0; times < 5; times += 1) child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(out()).toContain('finished');
  });

  it('ends at once at the second signal', async () => {
    const { child, ended, out, err } = start('printer', ['stubborn']);
    await expect.poll(out, { timeout: 10_000 }).toContain('listening');
    child.kill('SIGINT');
    await expect.poll(err, { timeout: 10_000 }).toContain('finishing');
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: null, signal: 'SIGTERM' });
    // What ends the process in the middle of a commit finds the signal by this code.
    expect(err()).toContain('leaving: 143');
  });

  withCounterpart('coreutils', 'whose thread waits for something that never comes', () => {
    /** A pipe without a writer stands for a resolver without an answer: both hold a thread of Node.js. */
    const startStuck = async (how: string) => {
      const folder = mkdtempSync(join(tmpdir(), 'countersign-stuck-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      const program = start('printer', [how, join(folder, 'pipe')]);
      await expect.poll(program.out, { timeout: 10_000 }).toContain('listening');
      return program;
    };

    it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
      'ends at the first %s, when its work is done',
      async (signal) => {
        const { child, ended, out } = await startStuck('stuck');
        child.kill(signal);
        expect(await ended).toEqual({ code: null, signal });
        expect(out()).toContain('finished');
      },
    );

    it.each(['SIGINT', 'SIGTERM'] as const)(
      'ends at the second signal, a %s, whatever its work does',
      async (signal) => {
        const { child, ended, err } = await startStuck('stuck and stubborn');
        child.kill('SIGTERM');
        await expect.poll(err, { timeout: 10_000 }).toContain('finishing');
        // The same signal within a moment is the same request.
        const again = setInterval(() => child.kill(signal), 50);
        expect(await ended.finally(() => clearInterval(again))).toEqual({ code: null, signal });
      },
    );

    it('ends at a signal after its run has ended, while it waits for the thread', async () => {
      const { child, ended, out } = await startStuck('stuck and over');
      await expect.poll(out, { timeout: 10_000 }).toContain('over');
      const again = setInterval(() => child.kill('SIGINT'), 50);
      await ended.finally(() => clearInterval(again));
    });
  });

  it('ends silently when its reader closes the output', async () => {
    const { child, ended, out, err } = start('printer', ['endless']);
    await expect.poll(out, { timeout: 10_000 }).toContain('y\n');
    child.stdout?.destroy();
    expect(await ended).toEqual({ code: 141, signal: null });
    expect(err()).toBe('');
  });

  it('continues when nothing reads its stderr', async () => {
    const { child, ended, out } = start('printer', ['serve']);
    await expect.poll(out, { timeout: 10_000 }).toContain('listening');
    child.stderr?.destroy();
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(out()).toContain('finished');
  });

  withCounterpart('linux', 'on Linux', () => {
    it('reports an error when its output does not fit on the disk', async () => {
      const { open } = await import('node:fs/promises');
      const full = await open('/dev/full', 'w');
      const { ended, err } = start('printer', ['much'], full.fd);
      const { code } = await ended;
      await full.close();
      expect(err()).toBe('Error: Standard output cannot be written: no space left on the disk.\n');
      expect(code).toBe(1);
    });
  });

  it.each([
    ['an unexpected error', 'asker', 'crash', 'Error: crash was asked for'],
    ['an unhandled rejection', 'printer', 'rejection', 'TypeError: nobody waits for this'],
  ])('turns %s into one line', async (_what, program, how, message) => {
    const { ended, err, out } = start(program, [how]);
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(err()).toBe(
      `Error: Unexpected error: ${message} ` +
        'Run it again with COUNTERSIGN_TRACE=1 to see where, and please report it.\n',
    );
    expect(out()).toBe('');
  });

  it('reads answers from a pipe and leaves the rest of it', async () => {
    const { child, ended, out, err } = start('asker', ['menu', 'name', 'secret']);
    child.stdin?.end('login\nalice\ncorrect horse\nleft over\n');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(out()).toBe('{"answers":["login","alice","correct horse"]}\n');
    expect(err()).toBe('');
  });

  it('ends after its questions, although its input stays open', async () => {
    const { child, ended, out } = start('asker', ['name']);
    child.stdin?.write('alice\n');
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(out()).toBe('{"answers":["alice"]}\n');
  });

  it('ends with exit 2 when its input ends', async () => {
    const { child, ended, err } = start('asker', ['name', 'secret']);
    child.stdin?.end('alice\n');
    expect(await ended).toEqual({ code: 2, signal: null });
    expect(err()).toBe(
      'Error: Input ended while this was being asked for: Password. ' +
        'Without a terminal each answer is one line of standard input.\n',
    );
  });
});
