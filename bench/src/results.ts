/** Results as they are kept: one JSON file a benchmark, and the document that shows them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Result, toMarkdown } from './report.ts';

const FOLDER = new URL('../results/', import.meta.url);
const DOCUMENT = new URL('../../docs/benchmarks.md', import.meta.url);

const HEAD = `# Benchmarks

What was last measured, by \`npm run bench\` and written here by \`npm run bench -- document\`. Ratios of medians taken in one run
are what counts: candidates take turns, so that the machine's other work falls on all. Absolute times are those of
one machine with two cores that had other work to do. \`bench/README.md\` says what each benchmark does.`;

export function keep(name: string, result: Result): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes the document from the results that are there; quick ones are not for quoting. */
export function writeDocument(names: readonly string[]): void {
  const results = names.flatMap((name) => {
    const file = new URL(`${name}.json`, FOLDER);
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Result] : [];
  });
  const whole = results.filter(({ command }) => !command.endsWith(' quick'));
  writeFileSync(DOCUMENT, `${[HEAD, ...whole.map(toMarkdown)].join('\n\n')}\n`);
  console.log(`${whole.length} of ${names.length} benchmarks are in docs/benchmarks.md.`);
}
