/**
 * Every export of a package has a doc comment, and every `@throws {SomeError} code` names a code that an error has
 * (or refers to another function: `as {@link other}`).
 * Reads the entry points in `exports` of each package.json and the files from which they export.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages that do not conform yet. Remove a package from the list when it does; never add one. */
const UNFINISHED = ['auth-client', 'auth-server', 'ssh-core', 'terminal'];

const LIST = /export\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type) (\w+)/gm;
/** Errors without a code. */
const ARGUMENT_ERRORS = ['TypeError', 'RangeError', 'SyntaxError'];
const THROWS = /@throws \{(\w+Error)\} (?!as \{@link )(\w*)/g;

/** @param {string} source */
function declarationsOf(source) {
  return new Map([...source.matchAll(DECLARATION)].map(({ 1: name = '', index }) => [name, index]));
}

/**
 * Returns the exports of an entry point that have no doc comment.
 *
 * @param {string} file
 * @returns {string[]}
 */
export function undocumentedIn(file) {
  const source = readFileSync(file, 'utf8');
  const declarations = declarationsOf(source);
  const own = [...declarations.keys()].filter((name) => !isDocumented(source, declarations.get(name) ?? 0));
  const listed = [...source.matchAll(LIST)].flatMap(([, names = '', from = '']) => {
    const target = readFileSync(join(dirname(file), from), 'utf8');
    const found = declarationsOf(target);
    return names
      .split(',')
      .map((name) => name.replace(/^\s*type\s/, '').trim())
      .filter((name) => name !== '')
      .filter((name) => {
        const at = found.get(name.split(' ')[0] ?? '');
        return at !== undefined && !isDocumented(target, at);
      });
  });
  return [...own, ...listed];
}

/**
 * @param {string} source
 * @param {number} at
 */
function isDocumented(source, at) {
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.test(source.slice(0, at));
}

/**
 * @param {string} root
 * @returns {string[]}
 */
export function findUndocumented(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const codes = new Set(
    packages
      .flatMap((folder) => [join(folder, 'src/errors.ts'), join(folder, 'src/fields.ts')])
      .filter((file) => existsSync(file))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'([a-z][a-z0-9_]*)'/g)])
      .map(([, code]) => code),
  );
  return packages.flatMap((folder) => {
    const name = basename(folder);
    const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const entries = Object.values(exports).flatMap((entry) => entry['@countersign/source'] ?? []);
    const problems = entries.flatMap((entry) =>
      undocumentedIn(join(folder, entry)).map((each) => `${name}: ${each} has no doc comment`),
    );
    for (const file of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const path = join(folder, 'src', file);
      for (const [, error, code] of readFileSync(path, 'utf8').matchAll(THROWS))
        if (!ARGUMENT_ERRORS.includes(String(error)) && !codes.has(code))
          problems.push(`${relative(root, path)}: @throws {${error}} ${code} does not name a code`);
    }
    if (!UNFINISHED.includes(name)) return problems;
    return problems.length > 0 ? [] : [`${name} is finished: remove it from the list in this script`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = findUndocumented(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length === 0 ? 0 : 1);
}
