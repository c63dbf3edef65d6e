/** Every way of starting a program ends, and names the program. */
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { execFile, execFileSync, spawn, spawnSync } from '../child-process.mjs';

/** A program that ignores every signal but SIGKILL. */
const HANGS = ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"];

const WAYS = [
  ['spawn', async (program, args, timeout) => await once(spawn(program, args, { timeout }), 'close')],
  ['spawnSync', async (program, args, timeout) => spawnSync(program, args, { timeout })],
  ['execFile', async (program, args, timeout) => await execFile(program, args, { timeout })],
  ['execFileSync', async (program, args, timeout) => execFileSync(program, args, { stdio: 'pipe', timeout })],
] as const satisfies [string, (program: string, args: string[], timeout: number) => Promise<unknown>][];

describe.for(WAYS)('%s', ([, start]) => {
  it('kills a program that hangs, and fails with its name', async () => {
    await expect(start(process.execPath, HANGS, 300)).rejects.toThrow('node did not end within 0.3 s');
  });

  it('fails when the program cannot be started', async () => {
    await expect(start('no-such-program', [], 10_000)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('kills a program that is not awaited, without ending a process that listens for its error', async () => {
  const child = spawn(process.execPath, HANGS, { timeout: 300 });
  const [error] = await once(child, 'error');
  expect(String(error)).toContain('node did not end within 0.3 s');
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
});

it('ends an otherwise idle process with the error of a program that cannot be started', () => {
  const module = new URL('../child-process.mjs', import.meta.url).href;
  const script = `import { spawn } from '${module}'; spawn('no-such-program');`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('ENOENT');
});
