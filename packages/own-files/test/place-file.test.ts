import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { placeBytes, placeFile } from '../src/index.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'place-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describe('a file that is written', () => {
  it.each([true, false])(
    'never truncates what a link at its place leads to (replace %s)',
    async (replace) => {
      const dir = folder();
      const target = join(dir, 'authorized_keys');
      const path = join(dir, 'code.png');
      writeFileSync(target, 'ssh-ed25519 AAAA');
      symlinkSync(target, path);
      const placing = placeBytes({ path, mode: 0o600, replace }, 'picture');
      await expect(placing).rejects.toMatchObject({ code: 'IS_A_LINK' });
      expect(readFileSync(target, 'utf8')).toBe('ssh-ed25519 AAAA');
      expect(readdirSync(dir).sort()).toEqual(['authorized_keys', 'code.png']);
    },
  );

  it('does not follow a link that appears while it is written', async () => {
    const dir = folder();
    const target = join(dir, 'authorized_keys');
    const path = join(dir, 'code.png');
    writeFileSync(target, 'ssh-ed25519 AAAA');
    const placing = placeFile({ path, mode: 0o600, replace: true }, async (file) => {
      await file.writeFile('picture');
      symlinkSync(target, path);
    });
    await expect(placing).rejects.toMatchObject({ code: 'IS_A_LINK' });
    expect(readFileSync(target, 'utf8')).toBe('ssh-ed25519 AAAA');
    expect(readdirSync(dir).sort()).toEqual(['authorized_keys', 'code.png']);
  });

  it('refuses a dangling link, a folder and a device', async () => {
    const dir = folder();
    symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
    mkdirSync(join(dir, 'folder'));
    for (const path of [join(dir, 'link'), join(dir, 'folder'), '/dev/null'])
      await expect(placeBytes({ path, mode: 0o600, replace: true }, 'x')).rejects.toMatchObject({
        code: expect.stringMatching(/IS_A_LINK|NOT_A_FILE/),
      });
    expect(readdirSync(dir).sort()).toEqual(['folder', 'link']);
  });

  withCounterpart('coreutils', 'beside a named pipe', () => {
    it('refuses the pipe', async () => {
      const path = join(folder(), 'pipe');
      spawnSync('mkfifo', [path]);
      const placing = placeBytes({ path, mode: 0o600, replace: true }, 'x');
      await expect(placing).rejects.toMatchObject({ code: 'NOT_A_FILE' });
      expect(statSync(path).isFIFO()).toBe(true);
    });
  });

  it('has its mode from the beginning, also where a readable file was before', async () => {
    const dir = folder();
    const path = join(dir, 'code.png');
    writeFileSync(path, 'old', { mode: 0o666 });
    await placeFile({ path, mode: 0o600, replace: true }, async (file) => {
      expect((await file.stat()).mode & 0o777).toBe(0o600);
      await file.writeFile('new');
    });
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new', 0o600]);
  });

  it('leaves the old file and nothing else when writing fails', async () => {
    const dir = folder();
    const path = join(dir, 'kept');
    writeFileSync(path, 'old');
    const placing = placeFile({ path, mode: 0o600, replace: true }, async (file) => {
      await file.writeFile('half');
      throw new Error('no more');
    });
    await expect(placing).rejects.toThrow('no more');
    expect([readFileSync(path, 'utf8'), readdirSync(dir)]).toEqual(['old', ['kept']]);
  });

  it('replaces nothing without `replace`', async () => {
    const path = join(folder(), 'kept');
    writeFileSync(path, 'old');
    await expect(placeBytes({ path, mode: 0o600, replace: false }, 'new')).rejects.toMatchObject({
      code: 'EEXIST',
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
  });
});
