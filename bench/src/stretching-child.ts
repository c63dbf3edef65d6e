/**
 * Stretches a password and unlocks a store, each for the first time in this process, and prints the processor
 * time of both in milliseconds, in all threads.
 */
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { DEFAULT_STRETCH, generateSalt, stretchPassword } from '@countersign/srp-core';
import { processorTime, QUICK } from './measure.ts';
import { newFolder } from './store-place.ts';
import type { Stretching } from './stretching.ts';

const passphrase = 'a passphrase for benchmarks';
const QUICK_COST = { m: 8, t: 1, p: 1 };

const stretch = DEFAULT_STRETCH;
const password = Buffer.from('correct horse battery staple');
const salt = generateSalt();
const login = await processorTime(() => stretchPassword({ password, salt, stretch }));
const again = await processorTime(() => stretchPassword({ password, salt, stretch }));

const dir = newFolder();
const kdf = QUICK ? { kdf: QUICK_COST } : {};
const made = await openStore({ backend: lmdbBackend({ dir }), passphrase, create: 'if-empty', ...kdf });
await made.close();
const unlock = await processorTime(async () => {
  const store = await openStore({ backend: lmdbBackend({ dir }), passphrase });
  await store.close();
});
console.log(JSON.stringify({ node: process.version, login, again, unlock } satisfies Stretching));
