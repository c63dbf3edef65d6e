/** Traces of the passphrase in the memory of a server that has unlocked its store. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataDir, folder, PASSPHRASE, Program } from './program.ts';

/** Writes a heap snapshot on request. It contains every string that is still referenced. */
const PROBE = `
  import { existsSync, renameSync, rmSync } from 'node:fs';
  import { writeHeapSnapshot } from 'node:v8';
  const { PROBE_FOLDER: folder } = process.env;
  const unusual = ['a', 'string', 'to', 'find'].join('-');
  setInterval(() => {
    if (existsSync(folder + '/ask')) {
      rmSync(folder + '/ask', { force: true });
      globalThis.kept = unusual;
      renameSync(writeHeapSnapshot(folder + '/writing'), folder + '/heap');
    }
  }, 50).unref();
`;

async function heapOf(args: readonly string[], input: string): Promise<string> {
  const files = folder();
  const probe = join(files, 'probe.mjs');
  writeFileSync(probe, PROBE);
  const program = new Program(['start', '--data-dir', await dataDir(), '--port', '0', '--json', ...args], {
    input,
    env: { NODE_OPTIONS: `--import=${probe}`, PROBE_FOLDER: files },
  });
  await program.listening();
  writeFileSync(join(files, 'ask'), '');
  await expect.poll(() => existsSync(join(files, 'heap')), { timeout: 60_000 }).toBe(true);
  return readFileSync(join(files, 'heap'), 'utf8');
}

it.each([
  ['standard input', [] as string[]],
  ['standard input, for a server of two workers', ['--workers', '2']],
])('no string with the passphrase is left that came from %s', async (_from, args) => {
  const heap = await heapOf(args, `${PASSPHRASE}\n`);
  expect(heap.includes('a-string-to-find')).toBe(true);
  expect(heap.includes(PASSPHRASE)).toBe(false);
});

it('no string with a passphrase from a file is left in memory', async () => {
  const file = join(folder(), 'passphrase');
  writeFileSync(file, PASSPHRASE, { mode: 0o600 });
  expect((await heapOf(['--passphrase-file', file], '')).includes(PASSPHRASE)).toBe(false);
});
