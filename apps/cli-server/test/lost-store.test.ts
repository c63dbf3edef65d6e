/** A running server when its keys change, and when its store is lost. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { describeIdleServer, NEW, startServer } from './lost-store.ts';
import { dataDir, folder } from './program.ts';

describe('a running server', () => {
  describeIdleServer(1);

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
    expect(server.stderr).toContain('The server lost its store and stopped.');
  });

  it('exits with 7 when the slot that it was started with is removed', async () => {
    const dir = await dataDir();
    const server = await startServer(dir);
    await administrate(dir, ['slot', 'add'], { lines: [NEW, NEW] });
    const removed = await administrate(dir, ['slot', 'remove', '1', '--yes'], { passphrase: NEW });
    expect(removed.exit).toBe(0);
    expect(await server.ended).toBe(7);
    expect(server.stdout).toContain('"code":"locked_out"');
    expect(server.stderr).toContain('The server lost its store and stopped.');
  });
});
