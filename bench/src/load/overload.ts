/** Twice as many logins as the server can serve, from 16 addresses. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ClientStart } from '@countersign/srp-core';
import { load, logIn, newStart } from '../login-cost/client.ts';
import { Refused } from '../login-cost/talk.ts';
import { percentile } from '../login-cost/turns.ts';
import { faultsOf, type Outcome } from './outcome.ts';
import { LoadServer } from './server.ts';
import { SOURCES, sourceOf } from './sources.ts';

const CLIENTS = 16;
const ACCOUNTS = 4096;
/** Further accounts, which log in from a known device, one each second. */
const KNOWN = 64;
/** Logins that measure the capacity, after twice as many that warm up. */
const MEASURED = 256;
/** Logins for which a client has waited this long are given up, in milliseconds. */
const PATIENCE = 10_000;
/** Shorter runs, in seconds, only check that nothing breaks: on a shared machine they say nothing about a share. */
const LONG = 60;
/** Limits, in milliseconds: for 95 % of the refusals, and until logins succeed again. */
const QUICK = 2000;
const RECOVERY = 10_000;
const MIB = 2 ** 20;
/** By how much the memory in the second half of a run may exceed that in the first, in MiB. */
const GROWTH = 64;

/** What became of the logins. */
class Arrivals {
  offered = 0;
  served = 0;
  /** Refused with `busy`: milliseconds from the open connection on. */
  readonly refused: number[] = [];
  givenUp = 0;
  failed = 0;
  /** Why logins failed. */
  readonly problems = new Set<string>();
  knownOffered = 0;
  readonly knownServed: number[] = [];
  readonly open = new Set<Promise<void>>();
  readonly #server: LoadServer;
  /** a and A of refused logins, which the next ones use: the clients would be busier than the server. */
  readonly #starts: ClientStart[] = [];

  constructor(server: LoadServer) {
    this.#server = server;
  }

  add(account: number, code: string): void {
    const login = account < ACCOUNTS ? this.#attempt(account, code) : this.#known(account, code);
    this.open.add(login);
    void login.then(() => this.open.delete(login));
  }

  async #attempt(account: number, code: string): Promise<void> {
    this.offered += 1;
    const signal = AbortSignal.timeout(PATIENCE);
    const start = this.#starts.pop() ?? newStart();
    let connected = Number.NaN;
    const onConnected = () => {
      connected = performance.now();
    };
    try {
      const source = sourceOf(account);
      await logIn(this.#server.facts, { account, code, source, signal, start, onConnected });
      this.served += 1;
    } catch (error) {
      if (signal.aborted) this.givenUp += 1;
      else if (error instanceof Refused && error.code === 'busy') {
        this.refused.push(performance.now() - connected);
        this.#starts.push(start);
      } else {
        this.failed += 1;
        this.problems.add(error instanceof Refused ? error.code : String(error));
      }
    }
  }

  async #known(account: number, code: string): Promise<void> {
    this.knownOffered += 1;
    const started = performance.now();
    const signal = AbortSignal.timeout(PATIENCE);
    try {
      await logIn(this.#server.facts, { account, code, signal, knownDevice: true });
      this.knownServed.push(performance.now() - started);
    } catch {
      // The difference is reported.
    }
  }
}

export async function overload(seconds: number): Promise<Outcome> {
  const server = await LoadServer.start(ACCOUNTS + KNOWN);
  const { perSecond, cost } = await measureCapacity(server);
  let code = await server.nextCode();
  let knownCode = code;
  await load(KNOWN, CLIENTS, (n) => server.logIn({ account: ACCOUNTS + n, code, knownDevice: true }));
  const arrivals = new Arrivals(server);
  const memory: number[] = [];
  const processor = await server.processorTime();
  const started = performance.now();
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - started) / 1000) {
    // All that should have arrived by now, so that a slow client still offers the whole load.
    while (arrivals.offered < 2 * perSecond * elapsed) {
      const account = arrivals.offered % ACCOUNTS;
      if (account === 0) code = await server.nextCode();
      arrivals.add(account, code);
    }
    if (arrivals.knownOffered < elapsed) {
      const account = arrivals.knownOffered % KNOWN;
      // The clock must not move twice at once: the code of a login under way would be too old.
      if (account === 0 && code === knownCode) code = await server.nextCode();
      if (account === 0) knownCode = code;
      arrivals.add(ACCOUNTS + account, code);
      memory.push((await server.resources()).memory / MIB);
    }
    await wait(5);
  }
  const { offered, served, refused, givenUp, failed, problems, knownOffered, knownServed } = arrivals;
  const all = served + knownServed.length;
  // What the server could have served in its processor time: other work on the machine can begin during the run.
  const share = (all * cost) / ((await server.processorTime()) - processor);
  const recovery = await recoveryTime(server, performance.now());
  await Promise.all(arrivals.open);
  await server.close();

  const refusal = refused.length === 0 ? 0 : percentile(refused, 0.95);
  const half = Math.ceil(memory.length / 2);
  const [early, late] = [Math.max(...memory.slice(0, half)), Math.max(...memory.slice(half))];
  return {
    counts: {
      seconds,
      sources: SOURCES,
      capacityPerSecond: Math.round(perSecond),
      offered,
      served,
      servedPercentOfCapacity: Math.round((100 * all) / (perSecond * seconds)),
      servedPercentOfProcessorTime: Math.round(100 * share),
      refused: refused.length,
      refusal95Ms: Math.round(refusal),
      givenUp,
      failed,
      fromKnownDevices: knownOffered,
      servedFromKnownDevices: knownServed.length,
      known95Ms: Math.round(percentile(knownServed, 0.95)),
      memoryEarlyMiB: Math.round(early),
      memoryLateMiB: Math.round(late),
      recoveryMs: Math.round(recovery),
    },
    faults: faultsOf([
      [share >= 0.8 || seconds < LONG, `only ${Math.round(100 * share)} % of the capacity was served`],
      [refusal <= QUICK, `refusals took ${Math.round(refusal)} ms`],
      [failed === 0, `${failed} logins failed: ${[...problems].join(', ')}`],
      [knownServed.length === knownOffered, 'not all logins from known devices were served'],
      [late <= early + GROWTH, `the memory grew from ${Math.round(early)} to ${Math.round(late)} MiB`],
      [recovery <= RECOVERY, `logins succeeded again only after ${Math.round(recovery)} ms`],
    ]),
  };
}

/**
 * Returns the logins a second with as many clients at a time as are needed to keep the server busy, and the
 * processor time of one in milliseconds.
 */
async function measureCapacity(server: LoadServer): Promise<{ perSecond: number; cost: number }> {
  let capacity = { perSecond: 0, cost: 0 };
  for (let round = 0; round < 3; round++) {
    const code = await server.nextCode();
    const started = performance.now();
    const processor = await server.processorTime();
    await load(MEASURED, CLIENTS, (account) => server.logIn({ account, code, source: sourceOf(account) }));
    capacity = {
      perSecond: (1000 * MEASURED) / (performance.now() - started),
      cost: ((await server.processorTime()) - processor) / MEASURED,
    };
  }
  return capacity;
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
