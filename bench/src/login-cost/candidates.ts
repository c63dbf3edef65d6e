/** The servers that are compared, each started with one release of Node. */
import { computeCode } from '@countersign/totp-core';
import { sourceOf } from '../load/sources.ts';
import { START, STEP } from '../login-server.ts';
import { exchange, type Listening, load, logIn, SECRET, type ServerFacts } from './client.ts';
import { type Meter, startMeter } from './meter.ts';
import type { Candidate } from './turns.ts';

/** Spreads the logins of a round over all accounts. A prime, so that every account is used once before any again. */
const STRIDE = 7919;

/** Time steps so far, of all servers: a store can be opened by one after another. */
let ticks = 0;

/** Bare TLS servers; the clients alternate between them. */
export async function bare(
  executable: string,
  powers: number,
  { users = 0, processes = 1 }: { readonly users?: number; readonly processes?: number } = {},
): Promise<Candidate> {
  const servers: Meter<Listening>[] = [];
  for (let n = 0; n < processes; n++)
    servers.push(await startMeter(executable, 'floor-child.js', [powers, users]));
  return {
    servers,
    serve: (total, clients) =>
      load(total, clients, async (n) => {
        const server = servers[n % servers.length];
        if (server !== undefined) await exchange(server.facts);
      }),
    async close() {
      for (const server of servers) await server.close();
    },
  };
}

export interface ProductOptions {
  /** An LMDB directory, or the URL of a PostgreSQL schema. */
  readonly place: string;
  readonly accounts: number;
  /** Server processes that share the store; the clients alternate between them. */
  readonly workers?: number;
  readonly knownDevice?: boolean;
  /** Whether the logins come from 16 addresses instead of one. */
  readonly manySources?: boolean;
}

/** The product's server. */
export async function product(executable: string, options: ProductOptions): Promise<Candidate> {
  const { place, accounts, workers = 1, knownDevice = false, manySources = false } = options;
  let ticked = ticks;
  const servers: Meter<ServerFacts>[] = [];
  for (let worker = 0; worker < workers; worker++)
    servers.push(await startMeter(executable, 'server-child.js', [place, accounts, ticked]));
  let served = 0;
  async function serveWithOneCode(total: number, clients: number): Promise<number[]> {
    ticks += 1;
    for (; ticked < ticks; ticked++) await Promise.all(servers.map((server) => server.ask('tick')));
    const code = computeCode({ secret: SECRET, time: START + ticks * STEP });
    const first = served;
    served += total;
    return await load(total, clients, async (n) => {
      const server = servers[n % servers.length];
      const account = ((first + n) * STRIDE) % accounts;
      const source = manySources ? { source: sourceOf(n) } : {};
      if (server !== undefined) await logIn(server.facts, { account, code, knownDevice, ...source });
    });
  }
  return {
    servers,
    async serve(total, clients) {
      const times: number[] = [];
      // Each account logs in once with a code.
      for (let left = total; left > 0; left -= accounts)
        times.push(...(await serveWithOneCode(Math.min(left, accounts), clients)));
      return times;
    },
    async close() {
      for (const server of servers) await server.close();
    },
  };
}
