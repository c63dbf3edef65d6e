/** Stored results: one JSON file per benchmark, and the document that shows them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Result, toMarkdown } from './report.ts';

const FOLDER = new URL('../results/', import.meta.url);
const DOCUMENT = new URL('../../docs/benchmarks.md', import.meta.url);

const HEAD = `# Benchmarks

The latest measurements, from \`npm run bench\`, written to this file by \`npm run bench -- document\`. What counts are
ratios of medians within one run: candidates take turns, so that other work on the machine affects them all. Absolute
times are from a shared machine with two cores. \`bench/README.md\` describes each benchmark.`;

export function keep(name: string, result: Result): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(result, null, 2)}\n`);
}

/** Writes the document from the existing results, except quick ones. */
export function writeDocument(names: readonly string[]): void {
  const results = names.flatMap((name) => {
    const file = new URL(`${name}.json`, FOLDER);
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as Result] : [];
  });
  const whole = results.filter(({ command }) => !command.endsWith(' quick'));
  writeFileSync(DOCUMENT, `${[HEAD, ...whole.map(toMarkdown)].join('\n\n')}\n`);
  console.log(`${whole.length} of ${names.length} benchmarks are in docs/benchmarks.md.`);
}
