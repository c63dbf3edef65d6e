/**
 * Does the response time reveal whether a user exists? Failed logins of a known and an unknown user in random
 * order, each answer timed at the client, compared with the Mann-Whitney rank test. The test asks whether one
 * kind of answer tends to arrive later, whatever the distribution.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { CURRENT_SUITE, startClient } from '@countersign/srp-core';
import { connectTls } from '@countersign/tls-channel';
import type { Message } from '@countersign/wire-protocol';
import { type LoginServer, startLoginServer, USERNAME } from './login-server.ts';
import { QUICK, summary } from './measure.ts';
import type { Report } from './report.ts';

const LOGINS = QUICK ? 60 : 3000;
/** As long as the name of the known user. */
const UNKNOWN = 'nobod';

/** Milliseconds until each of the server's two answers. */
interface Answers {
  readonly challenge: number;
  readonly refusal: number;
}

async function failedLogin({ port, pin }: LoginServer, username: string): Promise<Answers> {
  const { A } = startClient({ group: CURRENT_SUITE.group });
  const channel = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'pin', pin } });
  const ask = async (message: Message, wanted: Message['type']) => {
    const started = performance.now();
    await channel.send(message);
    const answer = await channel.receive({ timeout: 10_000 });
    const taken = performance.now() - started;
    if (answer?.type !== wanted) throw new Error(`expected ${wanted}, got ${JSON.stringify(answer)}`);
    return taken;
  };
  const challenge = await ask(
    { type: 'login.start', username, suite: CURRENT_SUITE.name, A },
    'login.challenge',
  );
  const M1 = Uint8Array.from(randomBytes(32));
  const refusal = await ask({ type: 'login.proof', M1, binding: channel.binding }, 'error');
  await channel.close();
  return { challenge, refusal };
}

/** The normal deviate of U, with shared ranks for ties. Positive if `a` tends to be larger. */
export function mannWhitney(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, own: true })), ...b.map((value) => ({ value, own: false }))];
  all.sort((x, y) => x.value - y.value);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    const rank = (from + 1 + to) / 2;
    for (const each of all.slice(from, to)) if (each.own) ranks += rank;
    from = to;
  }
  const [n, m] = [a.length, b.length];
  const U = ranks - (n * (n + 1)) / 2;
  return (U - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** The two-sided probability of a deviate at least this far from 0 (Abramowitz and Stegun 26.2.17). */
function probability(z: number): number {
  const x = Math.abs(z);
  const t = 1 / (1 + 0.2316419 * x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const series = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  return 2 * density * series.reduceRight((sum, term) => (sum + term) * t, 0);
}

export async function run(): Promise<Report> {
  const server = await startLoginServer();
  const known: Answers[] = [];
  const unknown: Answers[] = [];
  for (let n = 0; n < 50; n++) await failedLogin(server, n % 2 === 0 ? USERNAME : UNKNOWN);
  for (let n = 0; n < LOGINS; n++) {
    if (randomInt(2) === 0) known.push(await failedLogin(server, USERNAME));
    else unknown.push(await failedLogin(server, UNKNOWN));
  }
  await server.close();
  const rows = (['challenge', 'refusal'] as const).map((answer) => {
    const [a, b] = [known, unknown].map((times) => times.map((time) => time[answer]));
    const z = mannWhitney(a ?? [], b ?? []);
    return [answer, summary(a ?? []).median, summary(b ?? []).median, z, probability(z)];
  });
  return {
    title: 'Known and unknown users',
    method: `${LOGINS.toLocaleString('en')} failed logins in random order over loopback, ${known.length} of a known and ${unknown.length} of an unknown user; the time until each of the server’s two answers. Mann-Whitney rank test.`,
    columns: ['answer', 'known, median ms', 'unknown, median ms', 'z', 'p'],
    rows,
    ratios: [],
    remarks: [
      'A p below 0.001 would mean that an attacker on the local network can distinguish the two with this many attempts. The limits on guessing, which were disabled for this benchmark, allow far fewer.',
    ],
  };
}
