/**
 * A process that writes until it is killed: `node harness-writer.mjs PLACE NAME`. Each line of standard
 * output is the name of a pair of records whose commit was acknowledged. Meanwhile it keeps changing its
 * keys, in every possible way.
 */
import { writeSync } from 'node:fs';
import { openStore } from '@countersign/secure-store';
import { z } from 'zod';
import { backendOf } from './places.mjs';

/** The passphrase is one of these: it changes while processes are killed. */
const PASSPHRASES = ['correct horse battery staple', 'Tr0ub4dor&3'];
const kdf = { m: 8, t: 1, p: 1 };
export const Half = z.strictObject({ pair: z.string(), padding: z.string() });
const WRITERS = 16;

/** @param {string} place */
export async function open(place) {
  const backend = backendOf(place);
  const store = await openStore({ backend, passphrase: PASSPHRASES[0] ?? '', create: 'if-empty', kdf }).catch(
    () => openStore({ backend, passphrase: PASSPHRASES[1] ?? '' }),
  );
  return { store, left: store.collection('left', Half), right: store.collection('right', Half) };
}

/** @param {import('@countersign/secure-store').Store} store */
async function changeKeys({ keys }) {
  for (const { slot, label } of (await keys.status()).slots)
    if (label === 'leaving') await keys.removeSlot(slot);
  for (let i = 0; ; i += 1) {
    await keys.rotate({ share: 1 });
    await keys.changePassphrase({ passphrase: PASSPHRASES[i % 2] ?? '', kdf });
    const slot = await keys.addSlot({ passphrase: `leaving ${i}`, label: 'leaving', kdf });
    await keys.rotateRoot();
    await keys.removeSlot(slot);
  }
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
  await Promise.all([changeKeys(store), ...writers]);
}

if (process.argv[1] === import.meta.filename) await write(process.argv[2] ?? '', process.argv[3] ?? '');
