import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lmdbBackend } from '../src/lmdb.ts';
import { isLmdbFile } from '../src/lmdb-file.ts';
import { isEmptyBackend } from '../src/open.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'lmdb-file-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

it.each([
  ['text', 'no database of any kind '.repeat(1000)],
  ['zeros', Buffer.alloc(65_536)],
  ['a byte', 'x'],
])('refuses a foreign file of %s instead of ending the process', async (_what, content) => {
  const dir = folder();
  writeFileSync(join(dir, 'data.mdb'), content);
  const backend = lmdbBackend({ dir });
  await expect(isEmptyBackend(backend)).rejects.toMatchObject({ code: 'not_a_store' });
  await backend.close();
});

it('knows a file that LMDB has made, and one whose start is cut off', async () => {
  const dir = folder();
  const file = join(dir, 'data.mdb');
  const backend = lmdbBackend({ dir });
  const write = { key: Uint8Array.of(1), value: Uint8Array.of(2) };
  await backend.commit({ checks: [], writes: [write], durable: true });
  await backend.close();
  expect(isLmdbFile(file)).toBe(true);
  const bytes = readFileSync(file);
  for (const length of [1, 24, 28, 4096, 8191]) {
    writeFileSync(file, bytes);
    truncateSync(file, length);
    expect([length, isLmdbFile(file)]).toEqual([length, false]);
  }
});
