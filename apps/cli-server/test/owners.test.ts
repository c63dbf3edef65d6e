import { mkdirSync, writeFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { folderPlace } from '@countersign/secure-store/place';
import { describe, expect, it } from 'vitest';
import { rootsFiles } from '../src/owners.ts';
import { folder } from './program.ts';

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
    const store = folderPlace(join(dataDir, 'store'));
    return { dataDir, found: rootsFiles({ dataDir, store }, { self, look }) };
  };

  it('are found when root has left them', async () => {
    for (const name of ['store/data.mdb', 'tls', 'tls/key.pem']) {
      const { dataDir, found } = asking(0, name);
      expect(await found).toContainEqual({ dir: dataDir, uid: SERVICE, gid: SERVICE });
    }
  });

  it('are not looked for where there are none, where all is root’s, or where another user asks', async () => {
    expect(await asking(0).found).toEqual([]);
    expect(await asking(0, '.', 'store', 'store/data.mdb').found).toEqual([]);
    expect(await asking(SERVICE, 'store/data.mdb').found).toEqual([]);
  });
});
