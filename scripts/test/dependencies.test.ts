/** docs/dependencies.md, compared with the lock file; packages.slow.test.ts compares the lock file with an installation. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { productionPackages } from './lock-file.ts';

const page = readFileSync(new URL('../../docs/dependencies.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*) \| (.*) \|$/gm)].map(
  ([, name = '', by = '', reason = '']) => ({
    name,
    needing: [...by.matchAll(/`([^`]+)`/g)].map(([, each = '']) => each),
    reason,
  }),
);
const production = productionPackages();

describe('docs/dependencies.md', () => {
  it('names every package of an installation once, and no others', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...production.keys()].sort());
  });

  it('names only packages that depend on the row, and every package of this project that does', () => {
    const short = (name: string) =>
      name
        .replace('@countersign/', '')
        .replace('cli-server', 'countersign-server')
        .replace('cli-client', 'countersign');
    for (const { name, needing } of rows) {
      const actual = [...(production.get(name) ?? [])];
      const own = actual.filter((each) => each.startsWith('@countersign/')).map(short);
      expect([name, actual.map(short)]).toEqual([name, expect.arrayContaining(needing)]);
      expect([name, needing]).toEqual([name, expect.arrayContaining(own)]);
    }
  });
});
