/**
 * Kills a process that writes to PostgreSQL, at random moments, and looks for what it was told to be safe:
 * `node harness-postgres-kill.mjs [ROUNDS] [URL]`, by default 100 rounds. Prints its counts as one line of JSON; exits
 * with 1 when an acknowledged pair is missing, or half of any pair is there without the other.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { open } from './harness-postgres-writer.mjs';

const WRITER = fileURLToPath(new URL('harness-postgres-writer.mjs', import.meta.url));
const LONGEST_LIFE = 150;

/**
 * @param {{ url: string, rounds: number, moment?: () => number }} options `moment`: 0 ≤ x < 1, when in its life to kill
 */
export async function killWriters({ url, rounds, moment = Math.random }) {
  const schema = `countersign_kill_${randomBytes(8).toString('hex')}`;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const place = new URL(url);
  place.searchParams.set('options', `-csearch_path=${schema}`);
  try {
    const { store, left, right } = await open(place.href);
    const acknowledged = new Set();
    let lost = 0;
    for (let round = 0; round < rounds; round += 1) {
      for (const pair of await writeAndKill(place.href, `round ${round}`, moment() * LONGEST_LIFE)) {
        acknowledged.add(pair);
        const halves = [await left.get(pair), await right.get(pair)];
        if (!halves.every((half) => half?.value.pair === pair)) lost += 1;
      }
    }
    // Reads and opens every record.
    const [lefts, rights] = [await pairsIn(left), await pairsIn(right)];
    await store.close();
    return {
      rounds,
      acknowledged: acknowledged.size,
      unanswered: [...lefts].filter((pair) => !acknowledged.has(pair)).length,
      lost,
      halves: [...lefts, ...rights].filter((pair) => !(lefts.has(pair) && rights.has(pair))).length,
    };
  } finally {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`);
    await admin.end();
  }
}

/**
 * @param {string} url
 * @param {string} name
 * @param {number} milliseconds that the process lives on after its first answer
 */
async function writeAndKill(url, name, milliseconds) {
  const child = spawn(process.execPath, [WRITER, url, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const pairs = [];
  for await (const pair of createInterface({ input: child.stdout })) {
    if (pairs.length === 0) setTimeout(() => child.kill('SIGKILL'), milliseconds);
    pairs.push(pair);
  }
  await ended;
  if (child.signalCode !== 'SIGKILL') throw new Error(`the writer ended by itself: ${child.exitCode}`);
  return pairs;
}

/** @param {import('@countersign/secure-store').Collection<{ pair: string }>} collection */
async function pairsIn(collection) {
  const pairs = new Set();
  for await (const { value } of collection.entries()) pairs.add(value.pair);
  return pairs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , rounds = '100', url] = process.argv;
  const server =
    url ?? process.env.COUNTERSIGN_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
  const counts = await killWriters({ url: server, rounds: Number(rounds) });
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  if (counts.lost + counts.halves > 0 || counts.acknowledged < Number(rounds)) process.exitCode = 1;
}
