/** The checks of the build detect violations: each is run on a planted one. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARROWS, findViolations, importsOf } from '../boundaries.mjs';
import { spawnSync } from '../child-process.mjs';
import { findUndocumented } from '../doc-comments.mjs';
import { findUnread } from '../exports.mjs';
import { findTestViolations, violationsOf } from '../test-rules.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'checks-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** A tree with one package. */
function plant(name: string, source: string, dependencies: Record<string, string> = {}): string[] {
  mkdirSync(join(place, 'apps'), { recursive: true });
  mkdirSync(join(place, 'packages', name, 'src'), { recursive: true });
  const manifest = JSON.stringify({ name: `@countersign/${name}`, dependencies });
  writeFileSync(join(place, 'packages', name, 'package.json'), manifest);
  writeFileSync(join(place, 'packages', name, 'src/index.ts'), source);
  return findViolations(place);
}

describe('the doc comments', () => {
  const entry = { '.': { '@countersign/source': './src/index.ts' } };
  const documented = '/** The answer. */\nexport const answer = 42;\n';

  function plantDocumented(files: Record<string, string>): string[] {
    mkdirSync(join(place, 'packages/core/src'), { recursive: true });
    writeFileSync(join(place, 'packages/core/package.json'), JSON.stringify({ exports: entry }));
    for (const [name, source] of Object.entries(files))
      writeFileSync(join(place, 'packages/core/src', name), source);
    return findUndocumented(place);
  }

  it('exist for every export of this repository', () => {
    expect(findUndocumented(root)).toEqual([]);
  });

  it('are missed where an export has none, also in the file that it comes from', () => {
    const index = `export { answer, type Question } from './answer.ts';\nexport function ask() {}\n`;
    const answer = `${documented}export interface Question {}\n`;
    expect(plantDocumented({ 'index.ts': index, 'answer.ts': answer })).toEqual([
      'core: ask has no doc comment',
      'core: Question has no doc comment',
    ]);
  });

  it('begin a line with each tag', () => {
    const index = '/** An answer. @returns what it is */\nexport const answer = 42;\n';
    expect(plantDocumented({ 'index.ts': index })).toEqual([
      'packages/core/src/index.ts: a tag does not begin its line: /** An answer. @returns what it is */',
    ]);
  });

  it('name only codes that an error has', () => {
    const errors =
      "/** A code. */\nexport type Code = 'gone';\n/** An error. */\nexport class CoreError extends Error {}\n";
    const doc =
      '/**\n * @throws {CoreError} gone\n * @throws {CoreError} lost\n */\nexport const answer = 42;\n';
    expect(plantDocumented({ 'index.ts': doc, 'errors.ts': errors })).toEqual([
      'packages/core/src/index.ts: @throws {CoreError} lost does not name a code',
    ]);
  });
});

describe('the readers of exports', () => {
  it('exist for every export of this repository', () => {
    expect(findUnread(root)).toEqual([]);
  });

  it('are missed where only the package and its tests name a function', () => {
    const files = {
      'packages/core/package.json': JSON.stringify({
        exports: { '.': { '@countersign/source': './src/index.ts' } },
      }),
      'packages/core/src/index.ts': "export { shown, type Shape, used, written } from './core.ts';\n",
      'packages/core/src/core.ts':
        'export interface Shape {}\nexport const shown = 1;\nexport function used() {}\nexport function written() {}\n',
      'packages/core/test/core.test.ts': "import { shown } from '../src/index.ts';\n",
      'packages/core/README.md': 'Call `written()`.\n',
      'apps/program/src/main.ts': "import { used } from '@countersign/core';\n",
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(place, path, '..'), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    expect(findUnread(place)).toEqual(['core: nothing reads the export shown']);
  });
});

describe('the boundaries between packages', () => {
  it('hold in this repository', () => {
    expect(findViolations(root)).toEqual([]);
  });

  it('keep the core packages from importing each other', () => {
    const dependencies = { '@countersign/totp-core': '0.1.0' };
    expect(plant('srp-core', "import { x } from '@countersign/totp-core';", dependencies)).toEqual([
      'packages/srp-core/src/index.ts: srp-core must not import totp-core',
    ]);
  });

  const arrows = Object.entries(ARROWS).flatMap(([name, targets]) =>
    targets.map((target) => [name, target] as const),
  );
  it.each(arrows)('allow no import against the dependency from %s to %s', (name, target) => {
    const dependencies = { [`@countersign/${name}`]: '0.1.0' };
    expect(plant(target, `import { x } from '@countersign/${name}';`, dependencies)).toEqual([
      `packages/${target}/src/index.ts: ${target} must not import ${name}`,
    ]);
  });

  it('leave no package that needs itself through others', () => {
    const packages = ['packages', 'apps'].flatMap((group) =>
      readdirSync(join(root, group)).map((name) => join(root, group, name)),
    );
    const needs = new Map(
      packages.map((folder) => {
        const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
          name: string;
          dependencies?: Record<string, string>;
        };
        return [manifest.name, Object.keys(manifest.dependencies ?? {})];
      }),
    );
    expect([...needs.keys()].sort()).toEqual(
      Object.keys(ARROWS)
        .map((name) => `@countersign/${name}`)
        .sort(),
    );
    for (const name of needs.keys()) {
      const reached = new Set(needs.get(name));
      for (const one of reached) for (const next of needs.get(one) ?? []) reached.add(next);
      expect([...reached], name).not.toContain(name);
    }
  });

  it('reject imports of another package’s files and undeclared imports', () => {
    expect(plant('totp-core', "import '../../srp-core/src/group.ts';\nimport 'left-pad';")).toEqual([
      'packages/totp-core/src/index.ts reaches out of its package: ../../srp-core/src/group.ts',
      'packages/totp-core/src/index.ts imports left-pad, which is not declared',
    ]);
  });

  it('accept an optional peer where it is imported, and in a program for the package that imports it', () => {
    plant('secure-store', "const lmdb = await import('lmdb');");
    const store = join(place, 'packages/secure-store/package.json');
    writeFileSync(
      store,
      JSON.stringify({ name: '@countersign/secure-store', peerDependencies: { lmdb: '^3.0.0' } }),
    );
    const own = { '@countersign/secure-store': '0.1.0' };
    const source = "import { openStore } from '@countersign/secure-store';";
    expect(plant('auth-server', source, { ...own, lmdb: '3.0.0', pg: '8.0.0' })).toEqual([
      '@countersign/auth-server declares pg and never imports it',
    ]);
  });

  it('keep Node’s built-ins in the platform files', () => {
    expect(plant('wire-protocol', "import { Buffer } from 'node:buffer';")).toHaveLength(1);
  });

  it('detect every form of import', () => {
    const source =
      "import a from 'a';\nexport { b } from 'b';\nimport 'c';\nconst d = await import('d');\nimport {\n  e,\n} from 'e';";
    expect(importsOf(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the rules of the tests', () => {
  it('hold in this repository', () => {
    expect(findTestViolations(root)).toEqual([]);
  });

  it('are read in every folder with tests', () => {
    const where = ['packages/srp-core/test/deep', 'apps/cli-client/test', 'interop/test', 'scripts/test'];
    for (const folder of where) {
      mkdirSync(join(place, folder), { recursive: true });
      writeFileSync(join(place, folder, 'one.test.ts'), "it.todo('is written');");
    }
    mkdirSync(join(place, 'bench'));
    const found = findTestViolations(place);
    expect(found.map((violation) => violation.replace(/\/one\..*/, '')).sort()).toEqual(where.sort());
  });

  /** Split, since this file is read too. */
  const MODULE = ['child', 'process'].join('_');
  it.each([
    `import { spawn } from 'node:${MODULE}';`,
    `import * as programs from "${MODULE}";`,
    `const { fork } = await import('node:${MODULE}');`,
    `const { execSync } = require('node:${MODULE}');`,
  ])('find a program started without a limit: %s', (source) => {
    const path = 'packages/srp-core/test/planted.ts';
    expect(violationsOf(path, source)).toEqual([
      `${path} starts programs without a limit: use scripts/child-process.mjs`,
    ]);
  });

  it.each([
    "it.skip('waits', () => {});",
    "describe.skip('waits', () => {});",
    "it.skipIf(!found)('waits', () => {});",
    "describe.runIf(found)('waits', () => {});",
    "it.concurrent.skip.each([1])('waits', () => {});",
    "it.todo('waits');",
    "it.fails('waits', () => {});",
    "xit('waits', () => {});",
    "it('waits', (context) => context.skip());",
    "it('waits', ({ skip }) => skip());",
    "it('waits', ({ expect, skip }) => skip());",
    "it('waits', { skip: !found }, () => {});",
    "it('waits', { timeout: 1000, todo: true }, () => {});",
  ])('find a skip that no counterpart explains: %s', (source) => {
    const path = 'apps/cli-client/test/planted.test.ts';
    expect(violationsOf(path, source)).toEqual([`${path} skips a test: use withCounterpart`]);
  });

  it.each([
    "it('reads', () => {\n  if (!existsSync('/usr/bin/openssl')) return;\n});",
    "it('reads', () => { if (process.platform !== 'linux') { return; } });",
    "it('reads', () => { if (process.env.POSTGRES === undefined) return; });",
    "it('reads', () => { if (missing.includes('tmux')) return; });",
  ])('find a test that ends early where something is missing: %j', (source) => {
    const path = 'interop/test/planted.test.ts';
    expect(violationsOf(path, source)).toEqual([
      `${path} ends a test early where something is missing: use withCounterpart`,
    ]);
  });

  it('ignore names, comments and other code', () => {
    const source =
      "// it.skip\nit('leaves what to skip, todo', () => { const { length: todo } = row; run('--skip'); });";
    expect(violationsOf('packages/srp-core/test/one.test.ts', source)).toEqual([]);
    expect(violationsOf('packages/srp-core/src/one.ts', 'list.skip(1)')).toEqual([]);
  });
});

describe('the lint', () => {
  const planted = (name: string) => join(place, 'packages/auth-client/test', name);
  const lint = (...names: string[]) => {
    const args = [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--deny-warnings'];
    return spawnSync(process.execPath, [...args, ...names.map(planted)], { cwd: place, encoding: 'utf8' });
  };

  beforeEach(() => {
    for (const file of ['.oxlintrc.json', 'tsconfig.base.json', 'tsconfig.test.json'])
      cpSync(join(root, file), join(place, file));
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    mkdirSync(planted('.'), { recursive: true });
  });

  it('finds a floating promise, across packages', () => {
    const source = (before: string) =>
      "import { stretchPassword } from '@countersign/srp-core';\n" +
      'export function f(password: Uint8Array, salt: Uint8Array): void {\n' +
      `  ${before}stretchPassword({ password, salt, stretch: { name: 'none' } });\n}\n`;
    writeFileSync(planted('floating.ts'), source(''));
    const floating = lint('floating.ts');
    expect(floating.stdout).toContain('no-floating-promises');
    expect(floating.status).not.toBe(0);
    writeFileSync(planted('floating.ts'), source('void '));
    expect(lint('floating.ts')).toMatchObject({ status: 0 });
  });

  it('finds two files that import each other, even for a type', () => {
    writeFileSync(planted('egg.ts'), "import { hen } from './hen.ts';\nexport type Egg = typeof hen;\n");
    writeFileSync(planted('hen.ts'), "import type { Egg } from './egg.ts';\nexport const hen = 1 as Egg;\n");
    const circle = lint('egg.ts', 'hen.ts');
    expect(circle.stdout).toContain('no-cycle');
    expect(circle.status).not.toBe(0);
    writeFileSync(planted('hen.ts'), 'export const hen = 1;\n');
    expect(lint('egg.ts', 'hen.ts')).toMatchObject({ status: 0 });
  });
});
