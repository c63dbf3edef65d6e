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

/**
 * Writes the existing results to the document, except quick ones. Sections of benchmarks that have no results
 * here stay as they are.
 */
export function writeDocument(names: readonly string[]): void {
  const sections = sectionsOf(readFileSync(DOCUMENT, 'utf8'));
  let written = 0;
  for (const name of names) {
    const file = new URL(`${name}.json`, FOLDER);
    if (!existsSync(file)) continue;
    const result = JSON.parse(readFileSync(file, 'utf8')) as Result;
    if (result.command.endsWith(' quick')) continue;
    sections.set(name, toMarkdown(result));
    const { plot } = result.report;
    if (plot !== undefined) writeFileSync(new URL(plot.file, DOCUMENT), plot.svg);
    written += 1;
  }
  const present = names.flatMap((name) => sections.get(name) ?? []);
  writeFileSync(DOCUMENT, `${[HEAD, ...present].join('\n\n')}\n`);
  console.log(
    `${written} of ${present.length} sections of docs/benchmarks.md were written from new results.`,
  );
}

/** Returns the sections of the document by the benchmark that their last line names. */
function sectionsOf(document: string): Map<string, string> {
  const sections = document.split(/^(?=## )/m).slice(1);
  return new Map(
    sections.flatMap((section) => {
      const name = /`npm run bench -- ([\w-]+)`[^\n]*\s*$/.exec(section)?.[1];
      return name === undefined ? [] : [[name, section.trimEnd()] as const];
    }),
  );
}
