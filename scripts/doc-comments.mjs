/**
 * Every export of a package has a doc comment, and every `@throws {SomeError} code` names a code that an error has
 * (or refers to another function: `as `other``).
 * Reads the entry points in `exports` of each package.json and the files from which they export.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportsOf } from './exports.mjs';

/** Errors without a code. */
const ARGUMENT_ERRORS = ['TypeError', 'RangeError', 'SyntaxError'];
const THROWS = /@throws \{(\w+Error)\} (?!as [`{])(\w*)/g;

/** The errors of programs have codes of their own, next to their words. @param {string} folder */
function cliErrors(folder) {
  if (basename(folder) !== 'terminal') return [];
  const names = readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(folder, 'src', name));
}

/** @param {import('./exports.mjs').Export} declaration */
function isDocumented({ source, at }) {
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
      .flatMap((folder) => [
        join(folder, 'src/errors.ts'),
        join(folder, 'src/fields.ts'),
        ...cliErrors(folder),
      ])
      .filter((file) => existsSync(file))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'([a-z][a-z0-9_]*)'/g)])
      .map(([, code]) => code),
  );
  return packages.flatMap((folder) => {
    const name = basename(folder);
    const problems = exportsOf(folder)
      .filter((each) => !isDocumented(each))
      .map((each) => `${name}: ${each.name} has no doc comment`);
    for (const file of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const path = join(folder, 'src', file);
      for (const [, error, code] of readFileSync(path, 'utf8').matchAll(THROWS))
        if (!ARGUMENT_ERRORS.includes(String(error)) && !codes.has(code))
          problems.push(`${relative(root, path)}: @throws {${error}} ${code} does not name a code`);
    }
    return problems;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = findUndocumented(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length === 0 ? 0 : 1);
}
