/**
 * Detects forbidden code in tests: starting a program without a time limit, and skipping a test other than
 * through `withCounterpart`. `npm run check` reads every test, script and counterpart. A test without
 * assertions fails when it runs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDERS = /^(?:(?:packages|apps)\/[^/]+\/test|interop|scripts|bench\/(?!src))/;
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|vectors|fixtures)\//;

/** The module that gives every program its limit, and the one through which tests are skipped. */
const STARTS_PROGRAMS = 'scripts/child-process.mjs';
const SKIPS_TESTS = 'scripts/test/with-counterpart.ts';

const CHILD_PROCESS = /['"`](?:node:)?(?:child_process|cluster)['"`]/;
/** `it.skip`, `describe.skipIf(…)`, `context.skip()`, `{ skip: … }`, `const { skip } = context`. */
const SKIP =
  /[.{,]\s*(?:skip|skipIf|runIf|fails)\b|\.todo\s*[.(`]|[{,]\s*todo\s*[:,}]|\bx(?:it|test|describe)\s*[.(]/;
/** A test that returns early if a program, a file or a system is missing. */
const RETURN =
  /\bif\s*\([^{};]*(?:existsSync|accessSync|missing|available|installed|isOnPath|platform\b|getuid|env\b|which)[^{};]*\)\s*\{?\s*return\s*;/i;
const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/gm;

/**
 * Returns the violations in one file, in words.
 *
 * @param {string} path from the root of the repository
 * @param {string} source
 */
export function violationsOf(path, source) {
  const violations = [];
  if (path !== STARTS_PROGRAMS && CHILD_PROCESS.test(source))
    violations.push(`${path} starts programs without a limit: use ${STARTS_PROGRAMS}`);
  const code = source.replaceAll(COMMENT_OR_TEXT, "''");
  if (path !== SKIPS_TESTS && isTest(path) && SKIP.test(code))
    violations.push(`${path} skips a test: use withCounterpart`);
  if (path.endsWith('.test.ts') && RETURN.test(code))
    violations.push(`${path} ends a test early where something is missing: use withCounterpart`);
  return violations;
}

/** @param {string} path */
function isTest(path) {
  return /\.[cm]?ts$/.test(path) && /(?:^|\/)test\//.test(path);
}

/** @param {string} root */
export function findTestViolations(root) {
  return ['packages', 'apps', 'interop', 'scripts', 'bench']
    .flatMap((folder) => filesBelow(join(root, folder)))
    .map((file) => relative(root, file))
    .filter((path) => FOLDERS.test(path) && !LEFT_OUT.test(path) && /\.[cm]?[jt]s$/.test(path))
    .flatMap((path) => violationsOf(path, readFileSync(join(root, path), 'utf8')));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = findTestViolations(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const violation of violations) process.stderr.write(`${violation}\n`);
  process.exit(violations.length === 0 ? 0 : 1);
}
