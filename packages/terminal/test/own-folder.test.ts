import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkOwnFolder, foldersWithRootsFiles, makeOwnFolder } from '../src/index.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-own-folder-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('a data directory', () => {
  it.each(['lost+found', '.DS_Store', '.gitkeep', '.snapshot'])(
    'with only %s counts as empty, and is closed to others',
    async (name) => {
      const dir = folder();
      mkdirSync(join(dir, name));
      await checkOwnFolder(dir, ['store']);
      await makeOwnFolder(dir);
      expect(readdirSync(dir)).toEqual([name]);
      if (process.platform !== 'win32') expect(statSync(dir).mode & 0o777).toBe(0o700);
    },
  );

  it('with other things in it is refused, unless one of them belongs to the program', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'notes.txt'), '');
    await expect(checkOwnFolder(dir, ['store'])).rejects.toMatchObject({ code: 'not_a_store', exit: 7 });
    mkdirSync(join(dir, 'store'));
    await expect(checkOwnFolder(dir, ['store'])).resolves.toBeUndefined();
  });
});

describe('files of root in a directory of a service', () => {
  const SERVICE = 990;
  /** A data directory in which `ofRoot` belong to root and everything else to the service. */
  const asking = (self: number, ...ofRoot: readonly string[]) => {
    const dataDir = folder();
    for (const name of ['store', 'tls']) mkdirSync(join(dataDir, name), { recursive: true });
    for (const name of ['store/data.mdb', 'tls/key.pem']) writeFileSync(join(dataDir, name), '');
    const look = async (path: string) => {
      const status = await lstat(path);
      const uid = ofRoot.some((name) => path === join(dataDir, name)) ? 0 : SERVICE;
      return Object.assign(status, { uid, gid: uid });
    };
    const dirs = [dataDir, join(dataDir, 'store')];
    return { dataDir, found: foldersWithRootsFiles(dirs, { self, look }) };
  };

  it('are found when root has left them', async () => {
    for (const name of ['store/data.mdb', 'tls', 'tls/key.pem']) {
      const { dataDir, found } = asking(0, name);
      expect(await found).toContainEqual({ dir: dataDir, uid: SERVICE, gid: SERVICE });
    }
  });

  it('are not looked for where there are none, where root owns everything, or by another user', async () => {
    expect(await asking(0).found).toEqual([]);
    expect(await asking(0, '.', 'store', 'store/data.mdb').found).toEqual([]);
    expect(await asking(SERVICE, 'store/data.mdb').found).toEqual([]);
  });
});
