/** A whole exchange compared with python3-srp and with the minimum for OpenSSL, on every supported Node. */
import type { Times } from './measure.ts';
import { onEveryNode } from './nodes.ts';
import type { Ratio, Report } from './report.ts';

/** What a child prints. */
export interface PythonTimes {
  readonly node: string;
  readonly ours2048: Times;
  readonly theirs2048: Times;
  readonly bare2048: Times;
  readonly calls2048: Times;
  readonly ours4096: Times;
  readonly theirs4096: Times;
  readonly bare4096: Times;
  readonly calls4096: Times;
}

export async function run(): Promise<Report> {
  const found = onEveryNode<PythonTimes>('srp-python-child.js');
  const rows: (string | number)[][] = [];
  const ratios: Ratio[] = [];
  for (const bits of ['2048', '4096'] as const)
    for (const { release, answer } of found) {
      const { median: ours } = answer[`ours${bits}`];
      const { median: theirs } = answer[`theirs${bits}`];
      const { median: bare } = answer[`bare${bits}`];
      const { median: calls } = answer[`calls${bits}`];
      rows.push([bits, answer.node, bare, calls, ours, theirs, calls / theirs, ours / calls]);
      ratios.push({
        what: `srp-core to python3-srp, ${bits}, Node ${release}`,
        ratio: ours / theirs,
        atMost: 1,
      });
    }
  return {
    title: 'Whole exchange compared with python3-srp',
    method:
      'Client and server halves of one login in python3-srp’s default dialect, SHA-256; medians of processor time in ms, in turns of 100 ms. An exchange has six powers, one of them with an exponent of 512 bits: as much work as seven.',
    columns: [
      'bits',
      'Node',
      'seven bare powers',
      'calls of Node',
      'srp-core',
      'python3-srp',
      'calls / python3-srp',
      'srp-core / calls',
    ],
    rows,
    ratios,
    remarks: [
      'python3-srp calls OpenSSL’s functions that are not constant-time, without a key object for each number. srp-core uses the constant-time ones, which need a parsed key: “calls of Node” measures these calls without any code of srp-core.',
    ],
  };
}
