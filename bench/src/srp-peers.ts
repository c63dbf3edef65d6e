/** The server half compared with two popular JavaScript libraries, on every supported Node. */
import type { Times } from './measure.ts';
import { onEveryNode } from './nodes.ts';
import type { Ratio, Report } from './report.ts';

/** What a child prints: the peers `hap` and `ts`, and both engines in the dialect of each. */
export interface PeerTimes {
  readonly node: string;
  readonly hap: Times;
  readonly hapPortable: Times;
  readonly hapNative: Times;
  readonly ts: Times;
  readonly tsPortable: Times;
  readonly tsNative: Times;
}

const PEERS = [
  { peer: 'hap', name: 'fast-srp-hap 2.0.4', bits: 3072, portable: 10 },
  { peer: 'ts', name: 'tssrp6a 3.0.0', bits: 2048, portable: 4 },
] as const;
const NATIVE = 25;

export async function run(): Promise<Report> {
  const found = onEveryNode<PeerTimes>('srp-peers-child.js');
  const rows: (string | number)[][] = [];
  const ratios: Ratio[] = [];
  for (const { peer, name, bits, portable } of PEERS)
    for (const { release, answer } of found) {
      const theirs = answer[peer].median;
      const ours = { portable: answer[`${peer}Portable`].median, native: answer[`${peer}Native`].median };
      const times = { portable: theirs / ours.portable, native: theirs / ours.native };
      rows.push([`${name}, ${bits}`, answer.node, theirs, ours.portable, ours.native]);
      ratios.push(
        { what: `${name} to portable, Node ${release}`, ratio: times.portable, atLeast: portable },
        { what: `${name} to native, Node ${release}`, ratio: times.native, atLeast: NATIVE },
      );
    }
  return {
    title: 'Server half compared with other JavaScript libraries',
    method:
      'B, S, verification of M1, M2 in the peer’s own dialect, SHA-256; medians of processor time in ms, in turns of 100 ms. tssrp6a generates secrets as long as N where 256 bits are requested.',
    columns: ['peer, bits', 'Node', 'peer', 'portable', 'native'],
    rows,
    ratios,
  };
}
