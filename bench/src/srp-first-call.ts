/**
 * The first server half in a fresh process, on every Node that is supported: with the engine's check of itself against
 * known answers, which happens once. Other Nodes come from the npm package `node`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { QUICK, summary } from './measure.ts';
import type { Ratio, Report } from './report.ts';

const RELEASES = ['20', '22', '24', '26'];
const PROCESSES = 11;
const CHILD = fileURLToPath(new URL('srp-first-call-child.js', import.meta.url));

interface FirstCall {
  readonly node: string;
  readonly engine: string;
  readonly load: number;
  readonly first: number;
  readonly second: number;
}

function executableOf(release: string): string {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath;
  const { stdout, status, stderr } = spawnSync(
    'npx',
    ['--yes', `node@${release}`, '-p', 'process.execPath'],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`no Node ${release}: ${stderr}`);
  return stdout.trim();
}

function freshProcess(executable: string): FirstCall {
  const { stdout, status, stderr } = spawnSync(executable, [CHILD], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as FirstCall;
}

export async function run(): Promise<Report> {
  const rows: (string | number)[][] = [];
  const ratios: Ratio[] = [];
  for (const release of RELEASES) {
    const executable = executableOf(release);
    const calls = Array.from({ length: QUICK ? 3 : PROCESSES }, () => freshProcess(executable));
    const median = (what: 'load' | 'first' | 'second') => summary(calls.map((call) => call[what])).median;
    rows.push([
      calls[0]?.node ?? release,
      calls[0]?.engine ?? '',
      median('load'),
      median('first'),
      median('second'),
    ]);
    ratios.push({ what: `first call on Node ${release}`, ratio: median('first'), unit: 'ms', atMost: 50 });
  }
  return {
    title: 'First call in a fresh process',
    method: `B, S, check of M1 and M2 at 3072 bits; medians of ${QUICK ? 3 : PROCESSES} processes, in ms. The first call includes the engine’s check of itself; loading the package is apart.`,
    columns: ['Node', 'engine', 'import', 'first call', 'second call'],
    rows,
    ratios,
  };
}
