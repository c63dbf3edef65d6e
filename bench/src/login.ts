/** A complete login over TLS with the product's client and server, without stretching the password. */
import { Client } from '@countersign/auth-client';
import { type LoginServer, PASSWORD, startLoginServer, USERNAME } from './login-server.ts';
import { QUICK, summary } from './measure.ts';
import { type Report, TIME_COLUMNS, timeRow } from './report.ts';

/** Milliseconds of one login, excluding the stretching in its middle. */
async function login(server: LoginServer, connections: number): Promise<LoginTimes> {
  const moments: Record<string, number> = {};
  const client = new Client({
    server: { host: '127.0.0.1', port: server.port },
    pin: server.pin,
    onProgress: (what) => {
      moments[what] = performance.now();
    },
  });
  const started = performance.now();
  const pending = await client.login(USERNAME, PASSWORD);
  const proven = performance.now();
  const answer = await pending.submit({ kind: 'totp', code: server.codeAfter(connections) });
  const done = performance.now();
  if (!answer.ok) throw new Error(`code refused: ${answer.reason}`);
  await answer.result.close();
  const { stretching = Number.NaN, proving = Number.NaN } = moments;
  return {
    challenged: stretching - started,
    proven: proven - proving,
    coded: done - proven,
    stretched: proving - stretching,
  };
}

interface LoginTimes {
  readonly challenged: number;
  readonly proven: number;
  readonly coded: number;
  readonly stretched: number;
}

export async function run(): Promise<Report> {
  const server = await startLoginServer();
  const logins: LoginTimes[] = [];
  const rounds = QUICK ? 5 : 100;
  for (let n = 1; n <= rounds; n++) logins.push(await login(server, n));
  await server.close();
  const warm = logins.slice(QUICK ? 1 : 10);
  const row = (what: string, pick: (login: LoginTimes) => number) => timeRow(what, summary(warm.map(pick)));
  const whole = ({ challenged, proven, coded }: LoginTimes) => challenged + proven + coded;
  return {
    title: 'A whole login without stretching',
    method: `The product’s client and server in two processes, LMDB on disk, medians of ${warm.length} logins in ms. The account has the weakest stretch that clients accept; its time is measured and excluded.`,
    columns: TIME_COLUMNS,
    rows: [
      row('connection, A, challenge', (times) => times.challenged),
      row('M1, M2', (times) => times.proven),
      row('code, durable commit', (times) => times.coded),
      row('together', whole),
      row('stretching, left out', (times) => times.stretched),
    ],
    ratios: [{ what: 'whole login', ratio: summary(warm.map(whole)).median, unit: 'ms', atMost: 50 }],
  };
}
