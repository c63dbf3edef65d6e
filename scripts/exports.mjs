/**
 * "Public" means that somebody reads it. Every function, class and value that a package exports is named by another
 * package, a program, a benchmark, an example, or a document. Types are not checked: those in the signature of an
 * export must be exported too, or callers could not declare what they return.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const LIST = /export\s+(type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(const|let|function\*?|class|interface|type) (\w+)/gm;

/** @typedef {{ name: string, isType: boolean, source: string, at: number }} Export */

/**
 * Returns what a package exports: the names in its entry points, each with the source that declares it and where.
 *
 * @param {string} folder
 * @returns {Export[]}
 */
export function exportsOf(folder) {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const entries = Object.values(exports).flatMap((entry) => entry['@countersign/source'] ?? []);
  return entries.flatMap((entry) => {
    const file = join(folder, entry);
    const source = readFileSync(file, 'utf8');
    const listed = [...source.matchAll(LIST)].flatMap(([, type, names = '', from = '']) => {
      const declared = declarationsIn(readFileSync(join(dirname(file), from), 'utf8'));
      return names.split(',').flatMap((each) => {
        const [, asType, name] = /^\s*(type\s)?\s*(\w*)/.exec(each) ?? [];
        return declared
          .filter((declaration) => declaration.name === name)
          .map((declaration) => ({ ...declaration, isType: declaration.isType || !!(type ?? asType) }));
      });
    });
    return [...declarationsIn(source), ...listed];
  });
}

/**
 * @param {string} source
 * @returns {Export[]}
 */
function declarationsIn(source) {
  return [...source.matchAll(DECLARATION)].map(({ 1: kind = '', 2: name = '', index }) => ({
    name,
    isType: kind === 'interface' || kind === 'type',
    source,
    at: index,
  }));
}

/**
 * Returns the exports that nothing reads.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function findUnread(root) {
  const texts = ['packages', 'apps', 'bench', 'interop', 'docs', 'README.md', 'SECURITY.md']
    .flatMap((part) => filesBelow(join(root, part)))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name);
    return exportsOf(folder)
      .filter(({ isType }) => !isType)
      .filter((each) => !texts.some((text) => reads(text, name, each.name)))
      .map((each) => `${name}: nothing reads the export ${each.name}`);
  });
}

/**
 * @param {{ path: string, text: string }} file
 * @param {string} owner
 * @param {string} name
 */
function reads({ path, text }, owner, name) {
  if (!new RegExp(`\\b${name}\\b`).test(text)) return false;
  if (path.endsWith('.md')) return !path.startsWith('packages/') || path === `packages/${owner}/README.md`;
  return !path.startsWith(`packages/${owner}/`) && text.includes(`@countersign/${owner}`);
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return /\.(ts|mjs|md)$/.test(path) ? [path] : [];
  return ['node_modules', 'dist', 'test'].includes(basename(path))
    ? []
    : readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = findUnread(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length === 0 ? 0 : 1);
}
