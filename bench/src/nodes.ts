/** All supported releases of Node. Other than the running one, they come from the npm package `node`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { QUICK } from './measure.ts';

/** Time limit of one process, in milliseconds. */
const LIMIT = 3_600_000;

export const RELEASES: readonly string[] = ['20', '22', '24', '26'];

/** Returns the executable of a release. */
export function executableOf(release: string): string {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath;
  const args = ['--yes', `node@${release}`, '-p', 'process.execPath'];
  const { stdout, status, stderr } = spawnSync('npx', args, { encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(`no Node ${release}: ${stderr}`);
  return stdout.trim();
}

/** Returns the version of an executable, such as `v20.20.2`. */
export function versionOf(executable: string): string {
  return spawnSync(executable, ['--version'], { encoding: 'utf8', timeout: LIMIT }).stdout.trim();
}

/** Runs a program next to this file in a fresh process, and parses the JSON that it prints. */
export function freshProcess<T>(executable: string, program: string): T {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const args = [...process.execArgv, file, ...(QUICK ? ['quick'] : [])];
  const { stdout, status, stderr } = spawnSync(executable, args, { encoding: 'utf8', timeout: LIMIT });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** Runs one process of each release. */
export function onEveryNode<T>(program: string): { release: string; answer: T }[] {
  return RELEASES.map((release) => ({ release, answer: freshProcess<T>(executableOf(release), program) }));
}
