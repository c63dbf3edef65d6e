/** The processor time of the server for one login, compared with the minimum of any login. */
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { exchange, load, logIn, type ServerFacts } from './login-cost-client.ts';
import { type Meter, startMeter } from './login-cost-meter.ts';
import { partsOf } from './login-cost-profile.ts';
import { START, STEP } from './login-server.ts';
import { QUICK, summary } from './measure.ts';
import { isReachable, newPlace } from './postgres-place.ts';
import type { Ratio, Report } from './report.ts';

const CLIENTS = [1, 4, 16, 64, 256];
const ROUNDS = QUICK ? 1 : 9;
/** Logins, or bare connections, per round. */
const EACH = QUICK ? 8 : 256;
const ACCOUNTS = QUICK ? 100 : 1000;

interface Row {
  readonly place: string;
  readonly clients: number;
  /** Processor time for one, in milliseconds: medians over the rounds. */
  readonly floor: number;
  readonly login: number;
  /** Elapsed time, in milliseconds. */
  readonly median: number;
  readonly slowest: number;
}

/** The server's processor time for one of `EACH`, in milliseconds. */
async function costOf(meter: Meter<unknown>, work: () => Promise<unknown>): Promise<number> {
  const before = await meter.processorTime();
  await work();
  return ((await meter.processorTime()) - before) / EACH;
}

async function measurePlace(place: string, args: readonly string[]) {
  const floor = await startMeter<{ port: number }>('login-cost-floor-child.js');
  const server = await startMeter<ServerFacts>('login-cost-server-child.js', args);
  const secret = TotpSecret.fromBase32(server.facts.secret);
  let ticks = 0;
  const logins = async (clients: number) => {
    ticks += 1;
    await server.tell('tick');
    const code = computeCode({ secret, time: START + ticks * STEP });
    return await load(EACH, clients, (n) => logIn(server.facts, n % ACCOUNTS, code));
  };
  const connections = (clients: number) => load(EACH, clients, () => exchange(floor.facts.port));
  const rows: Row[] = [];
  for (const clients of CLIENTS) {
    await connections(clients);
    await logins(clients);
    const costs = { floor: [] as number[], login: [] as number[] };
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      costs.floor.push(await costOf(floor, () => connections(clients)));
      costs.login.push(await costOf(server, async () => times.push(...(await logins(clients)))));
    }
    const sorted = times.toSorted((a, b) => a - b);
    rows.push({
      place,
      clients,
      floor: summary(costs.floor).median,
      login: summary(costs.login).median,
      median: summary(times).median,
      slowest: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN,
    });
  }
  await server.startProfile();
  await logins(16);
  const parts = partsOf(await server.stopProfile());
  await server.close();
  await floor.close();
  return { rows, parts };
}

export async function run(): Promise<Report> {
  const measured = [await measurePlace('LMDB', ['lmdb', String(ACCOUNTS)])];
  if (await isReachable()) {
    const place = await newPlace();
    measured.push(await measurePlace('PostgreSQL', [place.url, String(ACCOUNTS)]));
    await place.drop();
  }
  const rows = measured.flatMap((one) => one.rows);
  const [, major = 0] = /^v(\d+)/.exec(process.version)?.map(Number) ?? [];
  const ratios = rows.map(({ place, clients, floor, login }): Ratio => {
    const ratio = { what: `${place}, ${clients} clients: login to floor`, ratio: login / floor };
    return place === 'LMDB' && clients === 16 ? { ...ratio, atMost: major < 24 ? 2 : 1.7 } : ratio;
  });
  return {
    title: 'What a login costs the server',
    method: `Processor time of the server’s process for one login, medians of ${ROUNDS} rounds of ${EACH} in which login and floor take turns. The floor is a bare TLS 1.3 server that echoes three messages and computes three bare powers of 3072 bits. ${ACCOUNTS} accounts; the client’s time is not counted, and no password is stretched.`,
    columns: ['', 'clients', 'floor ms', 'login ms', 'median on the clock, ms', '99 %, ms'],
    rows: rows.map(({ place, clients, floor, login, median, slowest }) => [
      place,
      clients,
      floor,
      login,
      median,
      slowest,
    ]),
    ratios,
    remarks: measured.map(({ rows: [first], parts }) => breakdown(first?.place ?? '', parts)),
  };
}

/** Shares, not times: samples of a profile are taken by the clock on the wall, and taking them costs time itself. */
function breakdown(place: string, parts: ReadonlyMap<string, number>): string {
  const whole = [...parts.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...parts].sort((a, b) => b[1] - a[1]);
  const list = shares.map(([part, time]) => `${part} ${((100 * time) / whole).toFixed(0)} %`);
  return `${place}, 16 clients, shares of the main thread's time in a profile: ${list.join(', ')}.`;
}
