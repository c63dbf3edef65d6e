/**
 * Every export of a package has a doc comment. Every tag begins a line, where editors find it, and every
 * `@throws {SomeError} code` names a code: a string in the sources of a package. (It may refer to another function
 * instead: as `other`.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportsOf } from './exports.mjs';

/** Errors without a code. */
const ARGUMENT_ERRORS = ['TypeError', 'RangeError', 'SyntaxError'];
const THROWS = /@throws \{(\w+Error)\} (?!as [`{])(\w*)/g;
/** A tag behind the beginning of a line of a comment. */
const HIDDEN_TAG = /^\s*\/?\*.*[^*\s] @(?:throws|returns|param)\b.*/gm;
const CODE = /'([a-z][a-z0-9_]*)'/g;

/** @param {import('./exports.mjs').Export} declaration */
function isDocumented({ source, at }) {
  return /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*$/.test(source.slice(0, at));
}

/**
 * @param {string} root
 * @returns {string[]}
 */
export function findUndocumented(root) {
  const packages = readdirSync(join(root, 'packages'));
  const sources = packages
    .map((name) => join(root, 'packages', name, 'src'))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ path: relative(root, file), text: readFileSync(file, 'utf8') }));
  const codes = new Set(sources.flatMap(({ text }) => [...text.matchAll(CODE)].map(([, code]) => code)));
  return [
    ...packages.flatMap((name) =>
      exportsOf(join(root, 'packages', name))
        .filter((each) => !isDocumented(each))
        .map((each) => `${name}: ${each.name} has no doc comment`),
    ),
    ...sources.flatMap(({ path, text }) =>
      [...text.matchAll(HIDDEN_TAG)].map(
        ([line]) => `${path}: a tag does not begin its line: ${line.trim()}`,
      ),
    ),
    ...sources.flatMap(({ path, text }) =>
      [...text.matchAll(THROWS)]
        .filter(([, error = '', code]) => !ARGUMENT_ERRORS.includes(error) && !codes.has(code))
        .map(([, error, code]) => `${path}: @throws {${error}} ${code} does not name a code`),
    ),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = findUndocumented(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length === 0 ? 0 : 1);
}
