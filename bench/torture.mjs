/**
 * `npm run torture`: all long runs, one after another, with their counts. `npm run torture -- WORD…` runs
 * only those with one of the words in their name. After `load`, a number sets the size of the load runs, to
 * run them in part. Exits with 1 if anything failed.
 *
 * 1. Every exchange with foreign implementations, every failed login of a known and of an unknown user, and
 *    every race between server processes, 1,000 times.
 * 2. Codes compared with oathtool, 100,000 keys.
 * 3. All harnesses of the packages: `packages/NAME/test/harness-*.mjs` prints its counts as its last line.
 *    Those named after their role in another one (peer, writer, child) are started by that one.
 * 4. Load on a server: `bench/src/load/main.ts` lists the runs and their sizes.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '../scripts/child-process.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROUNDS = '1000';
/** Time limit of one run, in milliseconds. */
const LIMIT = 24 * 3_600_000;
const PART = /-(peer|writer|child)\.mjs$/;

/** @typedef {{ name: string, args: string[], env?: Record<string, string>, report?: string }} Run */

const results = mkdtempSync(join(tmpdir(), 'countersign-torture-'));

/**
 * Runs the tests with that path, with many rounds each.
 *
 * @param {string} name
 * @param {string[]} options
 * @returns {Run}
 */
function rounds(name, ...options) {
  const report = join(results, `${name.replaceAll(' ', '-')}.json`);
  return {
    name: `${name}, ${ROUNDS} rounds`,
    args: [
      join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...options,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env: { COUNTERSIGN_ROUNDS: ROUNDS, CI: 'true' },
    report,
  };
}

/** @returns {Run[]} */
function harnesses() {
  return readdirSync(join(ROOT, 'packages')).flatMap((name) => {
    const folder = join(ROOT, 'packages', name, 'test');
    return readdirSync(folder)
      .filter((file) => /^harness-.*\.mjs$/.test(file) && !PART.test(file))
      .map((file) => ({ name: `${name} ${basename(file, '.mjs')}`, args: [join(folder, file)] }));
  });
}

const words = process.argv.slice(2);
const [size] = words.filter((word) => /^\d+$/.test(word));

/**
 * @param {string} name
 * @returns {Run}
 */
function load(name) {
  const program = join(ROOT, 'bench/dist/load/main.js');
  return { name: `load ${name}`, args: size === undefined ? [program, name] : [program, name, size] };
}

/** @type {Run[]} */
const RUNS = [
  rounds('interop', 'interop/test', '--exclude=**/{browser,bundle}.test.ts'),
  rounds('unknown users', 'packages/auth-server/test/unknown-user.test.ts'),
  rounds('races', '--mode=slow', 'packages/auth-server/test/races.slow.test.ts'),
  {
    name: 'oathtool, 100000 keys',
    args: [join(ROOT, 'packages/totp-core/test/compare-with-oathtool.mjs'), '100000'],
  },
  ...harnesses(),
  ...['silent', 'dripping', 'overload', 'killed', 'logins', 'fuzz'].map(load),
];

/**
 * @param {Run} run
 * @returns {Promise<{ status: number | null, output: string }>}
 */
function start({ args, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.on('error', reject).on('close', (status) => resolve({ status, output }));
  });
}

/**
 * Returns the counts of a successful run.
 *
 * @param {Run} run
 * @param {string} output
 */
function countsOf({ report }, output) {
  if (!report) return output.trimEnd().split('\n').at(-1);
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8'));
  return `${passed} passed, ${failed} failed`;
}

const names = words.filter((word) => word !== size);
const chosen = RUNS.filter(({ name }) => names.length === 0 || names.some((word) => name.includes(word)));
if (chosen.length === 0) {
  console.error(`Nothing is called that. There are: ${RUNS.map(({ name }) => name).join('; ')}.`);
  process.exitCode = 2;
}
console.log(`${chosen.length} runs on ${availableParallelism()} cores, Node ${process.version}`);
for (const run of chosen) {
  const started = performance.now();
  const { status, output } = await start(run);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  if (status === 0) console.log(`ok    ${run.name} (${minutes} min): ${countsOf(run, output)}`);
  else {
    process.exitCode = 1;
    console.log(`FAIL  ${run.name} (${minutes} min), exit ${status}\n${output}`);
  }
}
rmSync(results, { recursive: true });
