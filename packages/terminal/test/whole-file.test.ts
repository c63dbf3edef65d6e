import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { readWhole } from '../src/files/whole-file.ts';
import { openPrompts, readSecretFile, readText } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-whole-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads a file of many pieces', async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) & 255);
  writeFileSync(join(folder, 'large'), bytes);
  expect(Buffer.compare(await readWhole(join(folder, 'large')), bytes)).toBe(0);
  await expect(readWhole(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(readWhole(folder)).rejects.toMatchObject({ code: 'EISDIR' });
});

withCounterpart(['linux', 'coreutils'], 'of a named pipe', () => {
  let pipe: string;
  beforeEach(() => {
    pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
  });

  it('does not wait when it has no writer', async () => {
    expect(await readText(pipe)).toBe('');
  });

  describe('with a silent writer', () => {
    it.each([
      ['a text', (signal: AbortSignal) => readText(pipe, signal)],
      [
        'a secret',
        (signal: AbortSignal) => {
          const prompts = openPrompts(memoryIo().io);
          return readSecretFile({ path: pipe, what: 'Password', prompts, signal });
        },
      ],
    ])('ends the wait for %s at the signal', async (_, read) => {
      // Open for both ends, so that it has a writer.
      const writer = await open(pipe, 'r+');
      const controller = new AbortController();
      const reading = read(controller.signal);
      const reason = new Error('asked to end');
      controller.abort(reason);
      await expect(reading).rejects.toBe(reason);
      await expect(read(controller.signal)).rejects.toBe(reason);
      await writer.close();
    });
  });
});
