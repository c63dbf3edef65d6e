import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkPrivateFolder, makePrivateFolder, readPrivateFile } from '../src/index.ts';

const root = mkdtempSync(join(tmpdir(), 'private-'));
let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(root, 'x'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const most = 10;
const place = (name: string, text = 'secret', mode = 0o600) => {
  writeFileSync(join(dir, name), text);
  chmodSync(join(dir, name), mode);
  return join(dir, name);
};

/** Makes this process run as another user, as far as it can tell. */
function asAnotherUser(): void {
  vi.spyOn(process, 'geteuid').mockReturnValueOnce((process.geteuid?.() ?? 0) + 1);
}

describe('a private file', () => {
  it('is read', async () => {
    expect(await readPrivateFile(place('own'), { most })).toBe('secret');
  });

  it('is not a link, a folder, or one that others can read or write', async () => {
    symlinkSync(place('own'), join(dir, 'link'));
    mkdirSync(join(dir, 'folder'), { mode: 0o700 });
    const codes = {
      link: 'IS_A_LINK',
      folder: 'NOT_A_FILE',
      readable: 'NOT_PRIVATE',
      writable: 'NOT_PRIVATE',
      long: 'EFBIG',
      missing: 'ENOENT',
    };
    place('readable', 'x', 0o640);
    place('writable', 'x', 0o602);
    place('long', 'x'.repeat(most + 1));
    for (const [name, code] of Object.entries(codes))
      await expect(readPrivateFile(join(dir, name), { most }), name).rejects.toMatchObject({ code });
  });

  it('is not one of another user', async () => {
    const path = place('own');
    asAnotherUser();
    await expect(readPrivateFile(path, { most })).rejects.toMatchObject({ code: 'NOT_OWN' });
  });
});

describe('a private folder', () => {
  it('is made for the user alone, and found again', async () => {
    await makePrivateFolder(join(dir, 'own'));
    await makePrivateFolder(join(dir, 'own'));
    expect(statSync(join(dir, 'own')).mode & 0o777).toBe(0o700);
    asAnotherUser();
    await expect(checkPrivateFolder(join(dir, 'own'))).rejects.toMatchObject({ code: 'NOT_OWN' });
  });

  it('is not made in a folder of another user, or in one that is missing', async () => {
    asAnotherUser();
    await expect(makePrivateFolder(join(dir, 'own'))).rejects.toMatchObject({ code: 'NOT_OWN' });
    await expect(makePrivateFolder(join(dir, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is not a link, a file, or a folder that others can enter', async () => {
    mkdirSync(join(dir, 'own'), { mode: 0o700 });
    symlinkSync(join(dir, 'own'), join(dir, 'link'));
    mkdirSync(join(dir, 'open'));
    chmodSync(join(dir, 'open'), 0o755);
    const codes = { link: 'IS_A_LINK', file: 'ENOTDIR', open: 'NOT_PRIVATE', missing: 'ENOENT' };
    place('file');
    for (const [name, code] of Object.entries(codes))
      await expect(checkPrivateFolder(join(dir, name)), name).rejects.toMatchObject({ code });
    await expect(makePrivateFolder(join(dir, 'open'))).rejects.toMatchObject({ code: 'NOT_PRIVATE' });
  });
});
