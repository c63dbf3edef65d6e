/** The unit file allows every system call that a server makes; others fail, and the service with them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { execFile, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { dataDir, folder } from './program.ts';
import { ONCE, starting } from './starting.ts';
import { answers, childrenOf } from './workers.ts';

const unit = readFileSync(new URL('../../../deploy/countersign.service', import.meta.url), 'utf8');
const PROGRAM = fileURLToPath(new URL('../bin/countersign-server.js', import.meta.url));

/** V8 does without the keys that this call would reserve. */
const OPTIONAL = ['pkey_alloc'];

/** The calls of a group of systemd, with those of the groups in it. */
async function callsOf(group: string): Promise<Set<string>> {
  const { stdout } = await execFile('systemd-analyze', ['syscall-filter', '--no-pager', group]);
  const names = stdout.split('\n').flatMap((line) => /^ +([@\w-]+)$/.exec(line)?.[1] ?? []);
  const nested = names.filter((name) => name.startsWith('@')).map(callsOf);
  const inner = (await Promise.all(nested)).flatMap((calls) => [...calls]);
  return new Set([...names.filter((name) => !name.startsWith('@')), ...inner]);
}

withCounterpart(['strace', 'systemd-analyze'], 'under strace', () => {
  it('a server with two workers makes only calls that the unit file allows', async () => {
    const trace = join(folder(), 'calls');
    const server = [process.execPath, PROGRAM, ...starting(await dataDir(), '--workers', '2')];
    const child = spawn('strace', ['-f', '-c', '-o', trace, ...server], { stdio: 'pipe' });
    let stdout = '';
    const listening = new Promise<number>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        const port = /"event":"listening".*?"port":(\d+)/.exec(stdout)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.write(ONCE);
    expect(await answers(await listening)).toBe(true);
    // strace blocks signals, and ends with the program that it has started.
    const [first = 0] = childrenOf(child.pid);
    process.kill(first, 'SIGTERM');
    await ended;

    const allowed = new Set<string>();
    for (const [, not, group = ''] of unit.matchAll(/^SystemCallFilter=(~?)(@[\w-]+)$/gm))
      for (const call of await callsOf(group)) {
        if (not === '~') allowed.delete(call);
        else allowed.add(call);
      }
    const made = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /^ *\d/.test(line))
      .map((line) => line.trim().split(/\s+/).at(-1) ?? '');
    expect(made).toContain('openat');
    expect(made.filter((call) => call !== 'total' && !allowed.has(call) && !OPTIONAL.includes(call))).toEqual(
      [],
    );
  });
});
