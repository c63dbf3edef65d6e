/** The checks of the build fire: each is shown something planted that it must refuse. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARROWS, findViolations, importsOf } from '../boundaries.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'checks-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** A tree with one package in it. */
function plant(name: string, source: string, dependencies: Record<string, string> = {}): string[] {
  mkdirSync(join(place, 'apps'), { recursive: true });
  mkdirSync(join(place, 'packages', name, 'src'), { recursive: true });
  const manifest = JSON.stringify({ name: `@countersign/${name}`, dependencies });
  writeFileSync(join(place, 'packages', name, 'package.json'), manifest);
  writeFileSync(join(place, 'packages', name, 'src/index.ts'), source);
  return findViolations(place);
}

describe('the boundaries between packages', () => {
  it('hold in this repository', () => {
    expect(findViolations(root)).toEqual([]);
  });

  it('let no core package import another', () => {
    const dependencies = { '@countersign/totp-core': '0.1.0' };
    expect(plant('srp-core', "import { x } from '@countersign/totp-core';", dependencies)).toEqual([
      'packages/srp-core/src/index.ts: srp-core must not import totp-core',
    ]);
  });

  it('let no arrow point back', () => {
    for (const [name, targets] of Object.entries(ARROWS))
      for (const target of targets) expect(ARROWS[target as keyof typeof ARROWS] ?? []).not.toContain(name);
  });

  it('let nobody reach into another package, or use what is not declared', () => {
    expect(plant('totp-core', "import '../../srp-core/src/group.ts';\nimport 'left-pad';")).toEqual([
      'packages/totp-core/src/index.ts reaches out of its package: ../../srp-core/src/group.ts',
      'packages/totp-core/src/index.ts imports left-pad, which is not declared',
    ]);
  });

  it('keep Node’s built-ins behind the platform seam', () => {
    expect(plant('wire-protocol', "import { Buffer } from 'node:buffer';")).toHaveLength(1);
  });

  it('see every form of import', () => {
    const source =
      "import a from 'a';\nexport { b } from 'b';\nimport 'c';\nconst d = await import('d');\nimport {\n  e,\n} from 'e';";
    expect(importsOf(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('the lint of promises', () => {
  it('finds a promise that floats, across packages', () => {
    const folder = join(root, 'packages/auth-client/test');
    const planted = join(folder, 'planted-for-the-check.ts');
    try {
      writeFileSync(
        planted,
        "import { stretchPassword } from '@countersign/srp-core';\n" +
          'export function f(password: Uint8Array, salt: Uint8Array): void {\n' +
          "  stretchPassword({ password, salt, stretch: { name: 'none' } });\n}\n",
      );
      const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
      const { status, stdout } = spawnSync(process.execPath, [oxlint, '--type-aware', planted], {
        cwd: root,
        encoding: 'utf8',
      });
      expect(stdout).toContain('no-floating-promises');
      expect(status).not.toBe(0);
    } finally {
      rmSync(planted, { force: true });
    }
  });
});
