/** Twice as many logins as the server can serve. */
import { setTimeout as wait } from 'node:timers/promises';
import { load, logIn } from '../login-cost/client.ts';
import { percentile } from '../login-cost/turns.ts';
import { faultsOf, type Outcome } from './outcome.ts';
import { LoadServer } from './server.ts';

const CLIENTS = 16;
const ACCOUNTS = 4096;
/** Logins that measure the capacity, after as many that warm up. */
const MEASURED = 256;
/** Logins for which a client has waited this long are given up, in milliseconds. */
const PATIENCE = 10_000;
/** Limits, in milliseconds: for 95 % of the refusals, and until logins succeed again. */
const QUICK = 2000;
const RECOVERY = 10_000;
const MIB = 2 ** 20;
/** By how much the server's memory may grow, in MiB. */
const GROWTH = 128;

interface Arrivals {
  offered: number;
  served: number;
  /** Milliseconds until each refusal. */
  readonly refused: number[];
  givenUp: number;
}

export async function overload(seconds: number): Promise<Outcome> {
  const server = await LoadServer.start(ACCOUNTS);
  const capacity = await measureCapacity(server);
  const memory = [(await server.resources()).memory];
  const arrivals: Arrivals = { offered: 0, served: 0, refused: [], givenUp: 0 };
  const end = performance.now() + seconds * 1000;
  const started = performance.now();
  const open = new Set<Promise<void>>();
  let code = await server.nextCode();
  while (performance.now() < end) {
    // All that should have arrived by now, so that a slow client still offers the whole load.
    const due = Math.floor((2 * capacity * (performance.now() - started)) / 1000);
    for (; arrivals.offered < due; arrivals.offered++) {
      const account = arrivals.offered % ACCOUNTS;
      if (account === 0) {
        code = await server.nextCode();
        memory.push((await server.resources()).memory);
      }
      const login = attempt(server, account, code, arrivals);
      open.add(login);
      void login.then(() => open.delete(login));
    }
    await wait(5);
  }
  memory.push((await server.resources()).memory);
  const over = performance.now();
  const recovery = await recoveryTime(server, over);
  await Promise.all(open);
  await server.close();

  const share = arrivals.served / (capacity * seconds);
  const refusal = arrivals.refused.length === 0 ? 0 : percentile(arrivals.refused, 0.95);
  const growth = (Math.max(...memory.slice(1)) - (memory[1] ?? 0)) / MIB;
  return {
    counts: {
      seconds,
      capacityPerSecond: Math.round(capacity),
      offered: arrivals.offered,
      served: arrivals.served,
      servedPercentOfCapacity: Math.round(100 * share),
      refused: arrivals.refused.length,
      refusal95Ms: Math.round(refusal),
      givenUp: arrivals.givenUp,
      memoryGrowthMiB: Math.round(growth),
      recoveryMs: Math.round(recovery),
    },
    faults: faultsOf([
      [share >= 0.8, `only ${Math.round(100 * share)} % of the capacity was served`],
      [refusal <= QUICK, `refusals took ${Math.round(refusal)} ms`],
      [growth <= GROWTH, `the memory grew by ${Math.round(growth)} MiB`],
      [recovery <= RECOVERY, `logins succeeded again only after ${Math.round(recovery)} ms`],
    ]),
  };
}

/** Logins a second with as many clients at a time as are needed to keep the server busy. */
async function measureCapacity(server: LoadServer): Promise<number> {
  let capacity = 0;
  for (let round = 0; round < 2; round++) {
    const code = await server.nextCode();
    const started = performance.now();
    await load(MEASURED, CLIENTS, (account) => logIn(server.facts, { account, code }));
    capacity = (1000 * MEASURED) / (performance.now() - started);
  }
  return capacity;
}

async function attempt(server: LoadServer, account: number, code: string, arrivals: Arrivals): Promise<void> {
  const started = performance.now();
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    await logIn(server.facts, { account, code, signal });
    arrivals.served += 1;
  } catch {
    if (signal.aborted) arrivals.givenUp += 1;
    else arrivals.refused.push(performance.now() - started);
  }
}

/** Milliseconds until a login succeeds within a second, after the load has ended. */
async function recoveryTime(server: LoadServer, since: number): Promise<number> {
  for (;;) {
    const elapsed = await server.timedLogin(0, false).catch(() => Number.POSITIVE_INFINITY);
    const now = performance.now() - since;
    if (elapsed <= 1000 || now > 6 * RECOVERY) return now;
    await wait(100);
  }
}
