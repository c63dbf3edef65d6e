/**
 * `node main.js RUN [SIZE]`: one load run against a server on loopback. Prints its counts as one line of
 * JSON. Exits with 1 if the server did not withstand it.
 *
 * - `silent`: SIZE (5,000) connections from 16 addresses that say nothing, beside honest logins
 * - `dripping`: SIZE (1,000) connections that send one byte at a time, beside honest logins
 * - `overload`: twice the capacity for SIZE (300) seconds
 * - `killed`: a worker is killed every second, for SIZE (60) seconds
 * - `logins`: SIZE (200,000) logins on one server
 * - `fuzz`: SIZE (1,000,000) inputs
 */
import type { Outcome } from './outcome.ts';

const RUNS: Record<string, (size: number | undefined) => Promise<Outcome>> = {
  silent: async (size) => (await import('./crowd.ts')).besideCrowd('silent', size),
  dripping: async (size) => (await import('./crowd.ts')).besideCrowd('dripping', size),
  overload: async (size) => (await import('./overload.ts')).overload(size ?? 300),
  killed: async (size) => (await import('./killed-workers.ts')).killWorkers(size ?? 60),
  logins: async (size) => (await import('./many-logins.ts')).manyLogins(size ?? 200_000),
  fuzz: async (size) => (await import('./fuzz.ts')).fuzz(size ?? 1_000_000),
};

const [, , name = '', size] = process.argv;
const run = RUNS[name];
if (run === undefined) {
  console.error(`No run ${name}. There are: ${Object.keys(RUNS).join(', ')}.`);
  process.exitCode = 2;
} else {
  const { counts, faults } = await run(size === undefined ? undefined : Number(size));
  for (const fault of faults) console.error(fault);
  console.log(JSON.stringify(counts));
  process.exitCode = faults.length === 0 ? 0 : 1;
}
