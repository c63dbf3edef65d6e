/** Measures servers in turns: each round, every candidate serves the same number of logins or connections. */
import { QUICK, summary } from '../measure.ts';
import type { Meter } from './meter.ts';

export const ROUNDS = QUICK ? 1 : 5;
/** Logins, or bare connections, per turn. */
export const EACH = QUICK ? 8 : 256;
/** Logins that each server process serves first, until its code is compiled for speed. */
export const WARM_UP = QUICK ? 0 : 1024;

/** One or more server processes, and the load for them. */
export interface Candidate {
  readonly servers: readonly Meter<unknown>[];
  /** Puts load on the servers, and returns the elapsed milliseconds of each login. */
  serve(total: number, clients: number): Promise<number[]>;
  close(): Promise<void>;
}

/** What was measured of one candidate. */
export interface Turns {
  /** The servers' processor time for one login in milliseconds, per round. */
  readonly costs: readonly number[];
  /** The same for the main threads alone. */
  readonly mainThread: readonly number[];
  /** The elapsed milliseconds of each login. */
  readonly times: readonly number[];
}

/** How much each candidate serves in a turn, and how often. */
export interface Amount {
  readonly clients: number;
  readonly each?: number;
}

/** Runs the candidates in turns after one turn of each that does not count. */
export async function takeTurns<Candidates extends Readonly<Record<string, Candidate>>>(
  candidates: Candidates,
  { clients, each = EACH }: Amount,
): Promise<{ [Name in keyof Candidates]: Turns }> {
  const entries = Object.entries(candidates);
  const taken = entries.map(() => ({
    costs: [] as number[],
    mainThread: [] as number[],
    times: [] as number[],
  }));
  for (const [, candidate] of entries) await candidate.serve(each, clients);
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, [, candidate]] of entries.entries()) {
      const before = await timeOf(candidate);
      taken[at]?.times.push(...(await candidate.serve(each, clients)));
      const after = await timeOf(candidate);
      taken[at]?.costs.push((after.all - before.all) / each);
      taken[at]?.mainThread.push((after.main - before.main) / each);
    }
  return Object.fromEntries(entries.map(([name], at) => [name, taken[at]])) as unknown as {
    [Name in keyof Candidates]: Turns;
  };
}

/** The median of the ratios of each round, which other load on the machine hardly changes. */
export function ratioOf(one: Turns, other: Turns): number {
  return summary(one.costs.map((cost, round) => cost / (other.costs[round] ?? Number.NaN))).median;
}

/** The value below which this share of the times lies. */
export function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

async function timeOf({ servers }: Candidate): Promise<{ all: number; main: number }> {
  const times = await Promise.all(servers.map((server) => server.processorTime()));
  return {
    all: times.reduce((sum, time) => sum + time.all, 0),
    main: times.reduce((sum, time) => sum + time.main, 0),
  };
}
