/** Which tests a run includes: all, those of one package, or the files with a name. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { execFile } from '../child-process.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(root, group)).map((name) => `${group}/${name}`),
);

/** Returns the test files that vitest finds in that folder. */
async function chosen(folder: string, ...words: string[]): Promise<string[]> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'list', ...words, '--filesOnly', '--json'];
  const { stdout } = await execFile(process.execPath, args, { cwd: join(root, folder) });
  const files = JSON.parse(stdout) as { file: string }[];
  return files.map(({ file }) => file.slice(root.length));
}

describe('a run', () => {
  it.each([
    ['at the root takes every package', '', [...FOLDERS, 'interop', 'scripts']],
    ['in the folder of a package takes its tests', 'packages/totp-core', ['packages/totp-core']],
  ])('%s', async (_, folder, owners) => {
    const files = await chosen(folder);
    expect([...new Set(files.map((file) => file.replace(/\/test\/.*/, '')))].sort()).toEqual(owners.sort());
  });

  it('in the folder of a package with a name includes only its files with that name', async () => {
    expect(await chosen('packages/srp-core', 'attacks')).toEqual(['packages/srp-core/test/attacks.test.ts']);
  });
});

it.each([...FOLDERS, 'interop'])('%s has a script that runs its tests', (folder) => {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [, prepare = ''] = /^node (\S+) && vitest run$/.exec(manifest.scripts.test ?? '') ?? [];
  expect(existsSync(join(root, folder, prepare)), manifest.scripts.test).toBe(true);
  expect(prepare).toMatch(/prepare\.mjs$/);
});
