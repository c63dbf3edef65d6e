/** What stretching a password and unlocking a store cost, on every supported Node, in fresh processes. */
import { QUICK, summary } from './measure.ts';
import { executableOf, freshProcess, RELEASES } from './nodes.ts';
import type { Ratio, Report } from './report.ts';

/** What a child prints. Processor time in milliseconds. */
export interface Stretching {
  readonly node: string;
  /** The first password, which includes loading and checking the implementation. */
  readonly login: number;
  /** The second password. */
  readonly again: number;
  readonly unlock: number;
}

const PROCESSES = QUICK ? 1 : 9;
/** Seconds. */
const MOST = 0.4;

export async function run(): Promise<Report> {
  const rows: (string | number)[][] = [];
  const ratios: Ratio[] = [];
  for (const release of RELEASES) {
    const executable = executableOf(release);
    const found = Array.from({ length: PROCESSES }, () =>
      freshProcess<Stretching>(executable, 'stretching-child.js'),
    );
    const seconds = (what: 'login' | 'again' | 'unlock') =>
      summary(found.map((one) => one[what])).median / 1000;
    rows.push([found[0]?.node ?? release, seconds('login'), seconds('again'), seconds('unlock')]);
    for (const [what, ratio] of [
      ['login', seconds('login')],
      ['unlocking', seconds('unlock')],
    ] as const)
      ratios.push({ what: `${what}, Node ${release}`, ratio, unit: 's', atMost: MOST });
  }
  return {
    title: 'Stretching',
    method: `Argon2id with 64 MiB, 3 passes, 4 lanes: processor time in seconds, of all threads, medians of ${PROCESSES} fresh processes. The first password includes loading the implementation and checking it. Unlocking opens a store on LMDB.`,
    columns: ['Node', 'first password', 'second password', 'unlocking'],
    rows,
    ratios,
  };
}
