/**
 * A process that shares a store with others: `node harness-peer.mjs PLACE PASSPHRASE NAME`. It reads commands
 * from standard input and answers each with one line of JSON:
 *
 * - `write COUNT`: adds 1 to the shared counter and inserts a record, COUNT times
 * - `look NAME COUNT`: counts the records of NAME
 * - `change`: changes a record, and returns the code of the error if that fails
 */
import { createInterface } from 'node:readline';
import { openStore } from '@countersign/secure-store';
import { z } from 'zod';
import { backendOf } from './places.mjs';

export const Counter = z.strictObject({ count: z.number() });

const [, , place = '', passphrase = '', name = ''] = process.argv;
const store = await openStore({ backend: backendOf(place), passphrase });
const counters = store.collection('counters', Counter);

/** @param {number} count */
async function write(count) {
  for (let i = 0; i < count; i += 1) {
    await counters.update('shared', (value) => ({ count: value.count + 1 }), { attempts: 1_000 });
    await counters.insert(`${name}.${i}`, { count: i });
  }
  return count;
}

/**
 * @param {string} other
 * @param {number} count
 */
async function look(other, count) {
  let found = 0;
  for (let i = 0; i < count; i += 1) if ((await counters.get(`${other}.${i}`))?.value.count === i) found += 1;
  return found;
}

async function change() {
  try {
    await counters.update(`${name}.0`, ({ count }) => ({ count: count + 1 }));
    return 'changed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : String(error);
  }
}

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(' ');
  let answer;
  if (command === 'write') answer = await write(Number(words[0]));
  else if (command === 'look') answer = await look(words[0] ?? '', Number(words[1]));
  else answer = await change();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await store.close();
