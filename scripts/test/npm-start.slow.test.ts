/** `npm start` as a service manager or a terminal ends it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { spawn } from '../child-process.mjs';
import { withCounterpart } from './with-counterpart.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Returns whether the process group contains a process that is not a zombie. */
function isAlive(group: number): boolean {
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const [state, , pgrp] = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(pgrp) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

withCounterpart(['npm', 'sh', 'linux'], 'a server under npm', () => {
  it.each([
    ['SIGTERM to npm', 'SIGTERM', 1],
    ['Ctrl-C, which npm passes on to a program that has it already', 'SIGINT', -1],
  ] as const)('ends within five seconds after %s, and writes it down', async (_, signal, whom) => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-npm-'));
    const npm = spawn('npm', ['start', '--', '--port', '0', '--json', '--data-dir', dir], {
      cwd: root,
      detached: true,
    });
    const group = npm.pid ?? 0;
    onTestFinished(() => {
      if (isAlive(group)) process.kill(-group, 'SIGKILL');
      rmSync(dir, { recursive: true });
    });
    let printed = '';
    for (const stream of [npm.stdout, npm.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    npm.stdin.write('correct horse battery\ncorrect horse battery\n');
    await expect.poll(() => printed, { timeout: 40_000 }).toContain('"listening"');
    process.kill(whom * group, signal);
    await expect.poll(() => isAlive(group), { timeout: 5_000 }).toBe(false);
    await expect.poll(() => printed).toContain('"server.stopped"');
  });
});
