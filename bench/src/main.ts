/**
 * `npm run bench` runs all benchmarks, `npm run bench -- NAME…` some, each in a separate process, so that
 * none inherits another's heap. Prints tables to standard output and writes JSON to `results/`. With the word
 * `document`, results are also written to docs/benchmarks.md, and it alone writes the existing ones. With
 * `quick`, benchmarks only check that they work.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BENCHMARKS, NODE_OPTIONS } from './benchmarks.ts';
import { QUICK } from './measure.ts';
import { circumstances, toMarkdown } from './report.ts';
import { keep, writeDocument } from './results.ts';

/** Time limit of one benchmark, in milliseconds. */
const LIMIT = 4 * 3_600_000;

const SELF = fileURLToPath(import.meta.url);

async function runHere(name: string): Promise<void> {
  const benchmark = await BENCHMARKS[name]?.();
  if (!benchmark) {
    console.error(`No benchmark ${name}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const command = `npm run bench -- ${name}${QUICK ? ' quick' : ''}`;
  const result = { command, ...circumstances(), report: await benchmark.run() };
  keep(name, result);
  console.log(toMarkdown(result));
}

const words = process.argv.slice(2);
const names = words.filter((word) => word !== 'quick' && word !== 'document');
const documents = words.includes('document');
if (process.env.COUNTERSIGN_BENCHMARK !== undefined) {
  await runHere(process.env.COUNTERSIGN_BENCHMARK);
} else {
  const all = Object.keys(BENCHMARKS);
  for (const name of names.length > 0 ? names : documents ? [] : all) {
    const args = [...(NODE_OPTIONS[name] ?? []), SELF, ...(QUICK ? ['quick'] : [])];
    const env = { ...process.env, COUNTERSIGN_BENCHMARK: name };
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env, timeout: LIMIT });
    if (status !== 0) process.exitCode = 1;
  }
  if (documents) writeDocument(all);
}
