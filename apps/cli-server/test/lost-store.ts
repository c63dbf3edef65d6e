/** A running server when its keys change, and when its store is lost. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, PASSPHRASE, Program } from './program.ts';

export const NEW = 'battery staple';

export async function startServer(dir: string, ...args: readonly string[]): Promise<Program> {
  const server = new Program(['start', '--json', '--port', '0', '--data-dir', dir, ...args], {
    input: `${PASSPHRASE}\n`,
  });
  await server.listening();
  return server;
}

export function describeIdleServer(workers: number): void {
  it('follows a new root key followed by another passphrase while it is idle', async () => {
    const dir = await dataDir();
    const server = await startServer(dir, '--workers', String(workers));
    expect((await administrate(dir, ['keys', 'rotate', '--root'])).exit).toBe(0);
    const changed = await administrate(dir, ['passphrase', 'change'], { lines: [NEW, NEW] });
    expect(changed.exit).toBe(0);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(server.stderr).not.toContain('locked_out');
    // The log contains the end of the server, so it could write to the store until then.
    const log = await administrate(dir, ['audit', 'show'], { passphrase: NEW });
    expect(log.json.filter(({ kind }) => kind === 'server.stopped')).toHaveLength(workers);
  });

  it('says that its store was deleted and exits with 7', async () => {
    const dir = await dataDir();
    const server = await startServer(dir, '--workers', String(workers));
    rmSync(join(dir, 'store'), { recursive: true });
    expect(await server.ended).toBe(7);
    expect(server.stdout).toContain('"code":"not_a_store"');
    expect(server.stderr).toContain('The server lost its store and stopped.');
  });

  it('keeps running when its terminal closes', async () => {
    const dir = await dataDir();
    const server = await startServer(dir, '--workers', String(workers));
    for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM'] as const) server.kill(signal);
    // A second SIGTERM would end it at once, so the first one must not have been taken for one.
    expect(await server.ended).toBe(0);
    expect(server.stderr).toContain('server.stopped');
  });
}
