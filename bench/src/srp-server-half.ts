/**
 * The server half of a login against the least that any implementation on OpenSSL can need: three bare powers. On every
 * Node that is supported, since each brings an OpenSSL of its own.
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

/** On Node 20 OpenSSL takes its time to parse a key, which is how the powers are computed. */
const wanted = (release: string): number => (Number(release) >= 24 ? 1.25 : 1.7);

export async function run(): Promise<Report> {
  const found = onEveryNode<ServerHalfTimes>('srp-server-half-child.js');
  return {
    title: 'Server half of a login, 3072 bits, SHA-256',
    method:
      'B, S, check of M1, M2, with the product’s proof; against three Diffie-Hellman computations through parsed keys. Medians of processor time in ms, in turns of 50 ms.',
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
