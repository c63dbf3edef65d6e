/**
 * The first server half in a fresh process, on every supported Node. It includes the engine's check against
 * known answers, which happens once. Other releases come from the npm package `node`.
 */
import { QUICK, summary } from './measure.ts';
import { executableOf, freshProcess, RELEASES } from './nodes.ts';
import type { Ratio, Report } from './report.ts';

const PROCESSES = QUICK ? 3 : 11;
const CHILD = 'srp-first-call-child.js';

interface FirstCall {
  readonly node: string;
  readonly engine: string;
  readonly load: number;
  readonly first: number;
  readonly second: number;
}

export async function run(): Promise<Report> {
  const rows: (string | number)[][] = [];
  const ratios: Ratio[] = [];
  for (const release of RELEASES) {
    const executable = executableOf(release);
    const calls = Array.from({ length: PROCESSES }, () => freshProcess<FirstCall>(executable, CHILD));
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
    method: `B, S, verification of M1, and M2 at 3072 bits; medians of ${PROCESSES} processes, in ms. The first call includes the engine’s self-check. The time to load the package is listed separately.`,
    columns: ['Node', 'engine', 'import', 'first call', 'second call'],
    rows,
    ratios,
  };
}
