/** What a running server does when its keys change, and when its store is lost. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, folder, PASSPHRASE, Program } from './program.ts';

const NEW = 'battery staple';

async function startServer(dir: string, ...args: readonly string[]): Promise<Program> {
  const server = new Program(['start', '--json', '--port', '0', '--data-dir', dir, ...args], {
    input: `${PASSPHRASE}\n`,
  });
  await server.listening();
  return server;
}

describe('a running server', () => {
  it.each([1, 2])(
    'with %i workers follows a new root key followed by another passphrase while it is idle',
    async (workers) => {
      const dir = await dataDir();
      const server = await startServer(dir, '--workers', String(workers));
      expect((await administrate(dir, ['keys', 'rotate', '--root'])).exit).toBe(0);
      const changed = await administrate(dir, ['passphrase', 'change'], { lines: [NEW, NEW] });
      expect(changed.exit).toBe(0);
      server.kill('SIGTERM');
      expect(await server.ended).toBe(0);
      expect(server.stderr).not.toContain('locked_out');
      // The end of the server is in the log, so it could write to the store to the last.
      const log = await administrate(dir, ['audit', 'show'], { passphrase: NEW });
      expect(log.json.filter(({ kind }) => kind === 'server.stopped')).toHaveLength(workers);
    },
  );

  it.each([1, 2])('with %i workers says that its store was deleted and exits with 7', async (workers) => {
    const dir = await dataDir();
    const server = await startServer(dir, '--workers', String(workers));
    rmSync(join(dir, 'store'), { recursive: true });
    expect(await server.ended).toBe(7);
    expect(server.stdout).toContain('"code":"not_a_store"');
    expect(server.stderr).toContain('The server has lost its store and ended.');
  });

  it.each([1, 2])('with %i workers goes on when its terminal closes', async (workers) => {
    const dir = await dataDir();
    const server = await startServer(dir, '--workers', String(workers));
    for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM'] as const) server.kill(signal);
    // Were it asked to end by the first, the last would end it at once.
    expect(await server.ended).toBe(0);
    expect(server.stderr).toContain('server.stopped');
  });

  it('says that its store was moved and exits with 7', async () => {
    const dir = await dataDir();
    const server = await startServer(dir);
    const moved = await administrate(dir, [
      'store',
      'copy',
      `lmdb:${join(folder(), 'new')}`,
      '--move',
      '--yes',
    ]);
    expect(moved.exit).toBe(0);
    expect(await server.ended).toBe(7);
    expect(server.stdout).toContain('"code":"moved"');
    expect(server.stderr).toContain('The server has lost its store and ended.');
  });

  it('exits with 7 when the slot that it was started with is removed', async () => {
    const dir = await dataDir();
    const server = await startServer(dir);
    await administrate(dir, ['slot', 'add'], { lines: [NEW, NEW] });
    const removed = await administrate(dir, ['slot', 'remove', '1', '--yes'], { passphrase: NEW });
    expect(removed.exit).toBe(0);
    expect(await server.ended).toBe(7);
    expect(server.stdout).toContain('"code":"locked_out"');
    expect(server.stderr).toContain('The server has lost its store and ended.');
  });
});
