/**
 * Kills a process that writes and changes keys, at random moments, and checks that acknowledged data is
 * there. By default on LMDB, in a temporary directory: `node harness-kill.mjs [ROUNDS]`, 500 rounds. Prints
 * its counts as one line of JSON. Exits with 1 when an acknowledged pair is missing, or only half of a pair
 * exists.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawn } from '../../../scripts/child-process.mjs';
import { open } from './harness-writer.mjs';

const WRITER = fileURLToPath(new URL('harness-writer.mjs', import.meta.url));
const LONGEST_LIFE = 150;

/**
 * @param {{ place: string, rounds: number, moment?: () => number }} options `moment`: returns when to kill,
 *   as a fraction of the writer's life, in [0, 1)
 */
export async function killWritersAt({ place, rounds, moment = Math.random }) {
  const acknowledged = new Set();
  let lost = 0;
  for (let round = 0; round < rounds; round += 1) {
    const pairs = await writeAndKill(place, `round ${round}`, moment() * LONGEST_LIFE);
    const { store, left, right } = await open(place);
    for (const pair of pairs) {
      acknowledged.add(pair);
      const halves = [await left.get(pair), await right.get(pair)];
      if (!halves.every((half) => half?.value.pair === pair)) lost += 1;
    }
    await store.close();
  }
  const { store, left, right } = await open(place);
  // Reads and opens every record.
  const { bad } = await store.check();
  const [lefts, rights] = [await pairsIn(left), await pairsIn(right)];
  await store.close();
  return {
    rounds,
    acknowledged: acknowledged.size,
    unanswered: [...lefts].filter((pair) => !acknowledged.has(pair)).length,
    lost,
    halves: [...lefts, ...rights].filter((pair) => !(lefts.has(pair) && rights.has(pair))).length,
    bad: bad.length,
  };
}

/** @param {{ rounds: number, lost: number, halves: number, bad: number, acknowledged: number }} counts */
export function isSound({ rounds, lost, halves, bad, acknowledged }) {
  return lost + halves + bad === 0 && acknowledged >= rounds;
}

/**
 * @param {string} place
 * @param {string} name
 * @param {number} milliseconds that the process lives after its first answer
 */
async function writeAndKill(place, name, milliseconds) {
  const child = spawn(process.execPath, [WRITER, place, name], { stdio: ['ignore', 'pipe', 'inherit'] });
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
  const parent = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
  const place = `lmdb:${join(parent, 'store')}`;
  const counts = await killWritersAt({ place, rounds: Number(process.argv[2] ?? '500') });
  rmSync(parent, { recursive: true });
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  if (!isSound(counts)) process.exitCode = 1;
}
