/**
 * `npm run check`: types, format and lint, promises, boundaries, rules of the tests, exports, packaging. Runs all
 * parts and prints one line each.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from './child-process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = process.execPath;
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

/** @type {[name: string, args: string[]][]} */
const PARTS = [
  ['types of the tests and scripts', [bin('typescript/bin/tsc'), '-p', 'tsconfig.test.json']],
  ['format and lint', [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '--colors=off', '.']],
  ['promises and import cycles', [bin('oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '.']],
  ['boundaries between packages', ['scripts/boundaries.mjs']],
  ['limits and skips of the tests', ['scripts/test-rules.mjs']],
  ['doc comments of exports', ['scripts/doc-comments.mjs']],
  ['readers of exports', ['scripts/exports.mjs']],
  ['packaging', ['scripts/packaging.mjs']],
];

/** Time limit of one part on a busy machine, in milliseconds. */
const LIMIT = 600_000;

let failed = 0;
for (const [name, args] of PARTS) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(node, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    timeout: LIMIT,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (status !== 0) {
    failed += 1;
    process.stdout.write(`${stdout}${stderr}\n`);
  }
}
process.exit(failed === 0 ? 0 : 1);
