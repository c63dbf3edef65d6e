/**
 * A process that writes until it is killed: `node harness-writer.mjs PLACE NAME`. Each line on standard output is
 * the name of a pair of records whose commit was answered.
 */
import { writeSync } from 'node:fs';
import { openStore } from '@countersign/secure-store';
import { z } from 'zod';
import { backendOf } from './harness-place.mjs';

export const PASSPHRASE = 'correct horse battery staple';
export const Half = z.strictObject({ pair: z.string(), padding: z.string() });
const WRITERS = 16;

/** @param {string} place */
export async function open(place) {
  const store = await openStore({
    backend: backendOf(place),
    passphrase: PASSPHRASE,
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  return { store, left: store.collection('left', Half), right: store.collection('right', Half) };
}

/**
 * @param {string} place
 * @param {string} name
 */
async function write(place, name) {
  const { store, left, right } = await open(place);
  const writers = Array.from({ length: WRITERS }, async (_, writer) => {
    for (let i = 0; ; i += 1) {
      const pair = `${name}.${writer}.${i}`;
      const half = { pair, padding: 'x'.repeat(i % 500) };
      await store.commit([left.inserting(pair, half), right.inserting(pair, half)]);
      writeSync(1, `${pair}\n`);
    }
  });
  await Promise.all(writers);
}

if (process.argv[1] === import.meta.filename) await write(process.argv[2] ?? '', process.argv[3] ?? '');
