/**
 * The server half of a login compared with the minimum for any implementation on OpenSSL, three bare powers.
 * On every supported Node, since each includes a different OpenSSL.
 */
import type { Times } from './measure.ts';
import { onEveryNode } from './nodes.ts';
import type { Report } from './report.ts';

/** What a child prints. */
export interface ServerHalfTimes {
  readonly node: string;
  readonly bare: Times;
  readonly native: Times;
  readonly portable: Times;
}

/** On Node 20, OpenSSL is slow to parse a key, which is how the powers are computed. */
const wanted = (release: string): number => (Number(release) >= 24 ? 1.25 : 1.7);

export async function run(): Promise<Report> {
  const found = onEveryNode<ServerHalfTimes>('srp-server-half-child.js');
  return {
    title: 'Server half of a login, 3072 bits, SHA-256',
    method:
      'B, S, verification of M1, M2, with the product’s proof; compared with three Diffie-Hellman computations through parsed keys. Medians of processor time in ms, in turns of 50 ms.',
    columns: [
      'Node',
      'three bare powers',
      'native engine',
      'portable engine',
      'native / bare',
      'portable / native',
    ],
    rows: found.map(({ answer: { node, bare, native, portable } }) => [
      node,
      bare.median,
      native.median,
      portable.median,
      native.median / bare.median,
      portable.median / native.median,
    ]),
    ratios: found
      .filter(({ release }) => release !== '22')
      .map(({ release, answer: { native, bare } }) => ({
        what: `native to three bare powers, Node ${release}`,
        ratio: native.median / bare.median,
        atMost: wanted(release),
      })),
  };
}
