/** Short forms of `npm run torture -- load`. The full sizes take an hour. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { execFileSync, execFile as start } from '../child-process.mjs';
import { withCounterpart } from './with-counterpart.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const timeout = 240_000;

/** Returns the counts of a sound run; rejects with what the program printed when it was not. */
async function load(run: string, size: number): Promise<Record<string, number>> {
  const program = join(root, 'bench/dist/load/main.js');
  const { stdout } = await start(process.execPath, [program, run, String(size)], { timeout });
  return JSON.parse(stdout) as Record<string, number>;
}

withCounterpart(['linux'], 'load on a server', () => {
  beforeAll(() => {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'bench'], {
      cwd: root,
      timeout,
    });
  }, timeout);

  it('logs in beside 1,000 connections that say nothing', async () => {
    expect(await load('silent', 1000)).toMatchObject({ opened: expect.any(Number), logins: 20 });
  });

  it('logs in beside 200 connections that send one byte at a time', async () => {
    expect(await load('dripping', 200)).toMatchObject({ logins: 20 });
  });

  it('serves strangers and every known device while twice as many log in as it can serve', async () => {
    const { served, fromKnownDevices, servedFromKnownDevices } = await load('overload', 5);
    expect(served).toBeGreaterThan(0);
    expect(servedFromKnownDevices).toBe(fromKnownDevices);
  });

  it('loses no acknowledged account and accepts no code twice while workers are killed', async () => {
    expect(await load('killed', 10)).toMatchObject({ lost: 0, acceptedTwice: 0 });
  });

  it('serves 400 logins without more memory or descriptors', async () => {
    expect(await load('logins', 400)).toMatchObject({ logins: 400 });
  });

  it('survives 8,000 hostile inputs', async () => {
    expect(await load('fuzz', 8_000)).toMatchObject({ inputs: 8_000, failures: 0 });
  });
});
