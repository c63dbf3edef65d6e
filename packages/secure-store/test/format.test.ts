/**
 * Guards the format against drift: a store written once is checked in, and must open here and in a reader
 * that shares no code.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { memoryBackend, openStore, restoreStore, type Store } from '../src/index.ts';
import { lmdbBackend } from '../src/lmdb/backend.ts';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
const reader = fileURLToPath(new URL('reader.py', import.meta.url));
const passphrase = 'correct horse';
const note = z.strictObject({
  text: z.string(),
  n: z.number(),
  bytes: z.instanceof(Uint8Array),
  big: z.bigint().optional(),
});
const NOTES = {
  alice: { text: 'naïve café ☕', n: 1.5, bytes: Uint8Array.of(0, 1, 254, 255) },
  größe: { text: '', n: -7, bytes: new Uint8Array(0), big: 2n ** 70n },
};

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'format-'));
});
afterEach(() => rmSync(place, { recursive: true }));

async function holdsTheNotes(store: Store): Promise<void> {
  const notes = store.collection('notes', note);
  for (const [id, value] of Object.entries(NOTES)) expect((await notes.get(id))?.value).toEqual(value);
  expect((await store.collection('long', z.string()).get('one'))?.value).toBe('x'.repeat(1000));
  expect(await store.check()).toMatchObject({ bad: [] });
}

/** One line of JSON per record. */
function readByPython(file: string, ...args: string[]): unknown[] {
  const text = execFileSync('/usr/bin/python3', [reader, file, ...args], { encoding: 'utf8', stdio: 'pipe' });
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('a store written by version 0.1.0', () => {
  for (const [name, unlock] of [
    ['its passphrase', { passphrase }],
    ['its key file', { keyFile: new Uint8Array(32).fill(7) }],
  ] as const)
    it(`opens with ${name}`, async () => {
      cpSync(join(fixtures, 'store-v1'), place, { recursive: true });
      const store = await openStore({ backend: lmdbBackend({ dir: place }), ...unlock });
      await holdsTheNotes(store);
      await store.close();
    });

  it('is restored from its backup', async () => {
    const backend = memoryBackend();
    await restoreStore({ backend, passphrase, source: [readFileSync(join(fixtures, 'store-v1.backup'))] });
    const store = await openStore({ backend, passphrase });
    await holdsTheNotes(store);
    await store.close();
  });

  withCounterpart(['python3-cryptography', 'python3-argon2'], 'in Python', () => {
    it('can be read in another language, by a reader written from docs/store-format.md', () => {
      const records = readByPython(join(fixtures, 'store-v1.backup'), passphrase, 'notes', 'long');
      expect(records).toContainEqual({ collection: 'long', id: 'one', value: 'x'.repeat(1000) });
      expect(records).toContainEqual({
        collection: 'notes',
        id: 'größe',
        value: { text: '', n: -7, bytes: { $bytes: '' }, big: { $bigint: String(2n ** 70n) } },
      });
    });
  });
});

withCounterpart(['python3-cryptography', 'python3-argon2'], 'in Python', () => {
  describe('a store written now', () => {
    it('can be read by that reader as well, unless a byte was altered', async () => {
      const store = await openStore({
        backend: memoryBackend(),
        passphrase: 'prêt-à-porter',
        create: 'if-empty',
        kdf: { m: 64, t: 1, p: 2 },
      });
      const long = store.collection('long', z.string());
      for (let length = 0; length < 200; length += 13) await long.insert(`id${length}`, 'y'.repeat(length));
      const chunks: Uint8Array[] = [];
      await store.backup({ write: (chunk) => void chunks.push(chunk) });
      await store.close();

      const file = join(place, 'backup');
      const bytes = Buffer.concat(chunks);
      writeFileSync(file, bytes);
      const values = readByPython(file, 'prêt-à-porter', 'long').flatMap((record) => {
        const { collection, value } = z
          .looseObject({ collection: z.string(), value: z.unknown() })
          .parse(record);
        return collection === 'long' ? [value] : [];
      });
      expect(values.map((value) => String(value).length).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 16 }, (_, n) => n * 13),
      );
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      writeFileSync(file, bytes);
      expect(() => readByPython(file, 'prêt-à-porter')).toThrow(/altered/);
    });
  });
});
