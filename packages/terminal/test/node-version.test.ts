import { readFileSync } from 'node:fs';
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

it('refuses what the packages refuse', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  expect(manifest).toContain('"node": ">=20.19"');
});
