/** Every release of Node that is supported; other than the running one, they come from the npm package `node`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { QUICK } from './measure.ts';

/** Of one process, in milliseconds. */
const LIMIT = 3_600_000;

export const RELEASES: readonly string[] = ['20', '22', '24', '26'];

/** The executable of that release. */
export function executableOf(release: string): string {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath;
  const args = ['--yes', `node@${release}`, '-p', 'process.execPath'];
  const { stdout, status, stderr } = spawnSync('npx', args, { encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(`no Node ${release}: ${stderr}`);
  return stdout.trim();
}

/** What the program of that name, beside this file, prints as JSON in a fresh process of that executable. */
export function freshProcess<T>(executable: string, program: string): T {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const args = [...process.execArgv, file, ...(QUICK ? ['quick'] : [])];
  const { stdout, status, stderr } = spawnSync(executable, args, { encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** One process of each release. */
export function onEveryNode<T>(program: string): { release: string; answer: T }[] {
  return RELEASES.map((release) => ({ release, answer: freshProcess<T>(executableOf(release), program) }));
}
