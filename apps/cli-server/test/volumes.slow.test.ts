/** File systems that are mounted read-only, and full ones: real mounts, which end with the program. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spawnSync } from '../../../scripts/child-process.mjs';
import { OWN_MOUNTS } from '../../../scripts/counterparts.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { addAccounts } from './administrator.ts';
import { binary, dataDir, folder, PASSPHRASE } from './program.ts';

/** Runs a command of the program after `mounting`, a shell script whose `$1` is the directory. */
function runOn(mounting: string, dir: string, ...args: readonly string[]) {
  const script = `${mounting}\nshift\nexec "$@"`;
  const inside = ['sh', '-ec', script, 'sh', dir, process.execPath, binary, ...args];
  const { status, stdout, stderr } = spawnSync('unshare', [OWN_MOUNTS, ...inside], {
    input: `${PASSPHRASE}\n`,
    encoding: 'utf8',
  });
  return { exit: status, stdout, stderr };
}

withCounterpart(['mounts', 'sh'], 'on a volume', () => {
  describe('that is mounted read-only', () => {
    const MOUNT = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"';

    it('a store is checked, examined, listed and backed up', async () => {
      const dir = await dataDir();
      await addAccounts(dir, { username: 'alice' });
      const run = (...args: readonly string[]) => runOn(MOUNT, dir, ...args, '--data-dir', dir);
      expect(run('store', 'check')).toMatchObject({
        exit: 0,
        stdout: expect.stringContaining('No problems'),
      });
      expect(run('doctor').stdout).toContain('can be read');
      expect(run('user', 'list')).toMatchObject({ exit: 0, stdout: expect.stringContaining('alice') });
      const file = join(folder(), 'backup');
      expect(run('store', 'backup', file)).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining('audit log'),
      });
      expect(existsSync(file)).toBe(true);
    });

    it('nothing is written, and the reason is given', async () => {
      const dir = await dataDir();
      const key = join(folder(), 'key');
      const added = runOn(MOUNT, dir, 'slot', 'add', '--new-key-file', key, '--data-dir', dir);
      expect(added).toMatchObject({ exit: 7, stderr: expect.stringContaining('mounted read-only') });
      expect(existsSync(key)).toBe(false);
    });
  });

  it('that is full, a new key file is an error and leaves nothing behind', async () => {
    const dir = await dataDir();
    const volume = folder();
    mkdirSync(join(volume, 'list'));
    const mount =
      'mount -t tmpfs -o size=64k tmpfs "$1"; dd if=/dev/zero of="$1/fill" bs=1k count=64 2>/dev/null || true';
    const key = join(volume, 'key');
    // The same shell lists what is left, since only its processes see the mount.
    const script = `${mount}; d=$1; shift; rc=0; "$@" || rc=$?; ls -A "$d"; exit $rc`;
    const args = ['slot', 'add', '--new-key-file', key, '--data-dir', dir];
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      [OWN_MOUNTS, 'sh', '-ec', script, 'sh', volume, process.execPath, binary, ...args],
      { input: `${PASSPHRASE}\n`, encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).toContain('no space left');
    expect(stdout.trim().split('\n')).toEqual(['fill']);
    expect(readdirSync(volume)).toEqual(['list']);
  });
});
