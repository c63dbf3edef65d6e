import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodeProblem } from '../src/node-version.ts';

it.each(['v0.10.48', 'v18.20.8', 'v20.0.0', 'v20.18.3'])(
  'a Node.js %s is refused in a sentence',
  (version) => {
    expect(nodeProblem(version)).toMatch(
      new RegExp(`^Countersign needs Node\\.js 20\\.19 or newer; this is ${version}\\.`),
    );
  },
);

it.each(['v20.19.0', 'v20.20.2', 'v21.0.0', 'v22.1.0', 'v26.0.0-nightly', process.version])(
  'a Node.js %s is not',
  (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  },
);

it('refuses what every package refuses', () => {
  const root = new URL('../../../', import.meta.url);
  const manifestOf = (folder: string) =>
    JSON.parse(readFileSync(new URL(`${folder}package.json`, root), 'utf8'));
  const folders = ['packages/', 'apps/'].flatMap((group) =>
    readdirSync(new URL(group, root)).map((name) => `${group}${name}/`),
  );
  const oldest: string = manifestOf('').engines.node;
  for (const folder of folders) expect(manifestOf(folder).engines.node, folder).toBe(oldest);
  const [, major = '', minor = ''] = /^>=(\d+)\.(\d+)$/.exec(oldest) ?? [];
  expect(nodeProblem(`v${major}.${minor}.0`)).toBeUndefined();
  expect(nodeProblem(`v${major}.${Number(minor) - 1}.9`)).toContain(`needs Node.js ${major}.${minor}`);
});
