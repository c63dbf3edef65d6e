/**
 * The end of a test run: which packages were tested, what was skipped for lack of a counterpart, and how to
 * install it.
 */
import { relative } from 'node:path';
import { debianPackages } from './counterparts.mjs';

/** @typedef {import('./counterparts.mjs').Counterpart} Counterpart */

/**
 * A Vite plugin, because reporters given on the command line replace those of the configuration.
 *
 * @returns {import('vite').Plugin}
 */
export function testSummary() {
  return {
    name: 'countersign:test-summary',
    configureVitest({ vitest }) {
      // Each project loads the configuration, and this module with it, again.
      const { reporters } = vitest.config;
      if (!reporters.some((reporter) => Object(reporter).constructor.name === TestSummary.name))
        reporters.push(new TestSummary());
    },
  };
}

class TestSummary {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    process.stderr.write(summaryOf(modules));
  }
}

/** @param {readonly import('vitest/node').TestModule[]} modules */
export function summaryOf(modules) {
  /** @type {Map<string, number>} */
  const ran = new Map();
  /** @type {Map<string, { lacks: readonly Counterpart[], tests: number, files: Set<string> }>} */
  const skipped = new Map();
  let notRun = 0;
  for (const module of modules) {
    const path = relative(module.project.vitest.config.root, module.moduleId);
    const owner = path.replace(/\/test\/.*/, '');
    ran.set(owner, (ran.get(owner) ?? 0) + 1);
    for (const test of module.children.allTests('skipped')) {
      const lacks = missingFor(test);
      if (lacks.length === 0) {
        if (hasFailedSuite(test)) notRun += 1;
        continue; // not chosen, by -t or by a line number
      }
      const key = lacks.join(' and ');
      const row = skipped.get(key) ?? { lacks, tests: 0, files: new Set() };
      row.tests += 1;
      row.files.add(path);
      skipped.set(key, row);
    }
  }
  const where = [...ran].map(([owner, files]) => `${owner} (${files})`).join(', ');
  const lines = [where === '' ? 'Ran no test file.' : `Ran ${where}; test files in brackets.`];
  if (notRun > 0) lines.push('', `Not run because a hook of their suite failed: ${counted(notRun, 'test')}`);
  if (skipped.size > 0) {
    const width = Math.max(...[...skipped.keys()].map((key) => key.length), 7);
    lines.push('', `${'Missing'.padEnd(width)}  Skipped`);
    for (const [key, { tests, files }] of [...skipped].sort(([a], [b]) => a.localeCompare(b))) {
      lines.push(`${key.padEnd(width)}  ${counted(tests, 'test')} in ${counted(files.size, 'file')}`);
    }
    const packages = debianPackages([...skipped.values()].flatMap(({ lacks }) => lacks));
    if (packages.length > 0)
      lines.push('', `Install on Debian with scripts/counterparts.sh: ${packages.sort().join(' ')}`);
  }
  return `\n${lines.join('\n')}\n`;
}

/**
 * @param {number} count
 * @param {string} noun
 */
function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** @param {import('vitest/node').TestCase} test */
function hasFailedSuite(test) {
  for (let node = test.parent; node.type === 'suite'; node = node.parent)
    if (node.errors().length > 0) return true;
  return test.module.errors().length > 0;
}

/**
 * Returns the counterparts that the suites around a test lack.
 *
 * @param {import('vitest/node').TestCase} test
 * @returns {Counterpart[]}
 */
function missingFor(test) {
  const missing = [];
  for (let node = test.parent; node.type === 'suite'; node = node.parent)
    missing.push(...(node.meta().missing ?? []));
  return [...new Set(missing)].sort();
}
