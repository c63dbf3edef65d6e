import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { followFiles } from '../src/index.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('notices a certificate that is replaced while it is read, and the key that follows, even after a failure', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-follow-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const [cert, key] = [join(dir, 'cert'), join(dir, 'key')];
  for (const path of [cert, key]) writeFileSync(path, 'old');
  const failures: unknown[] = [];
  const changes: string[] = [];
  let reads = 0;
  const { contents, stop } = await followFiles({
    paths: [cert, key],
    read: async () => {
      reads += 1;
      const text = readFileSync(cert, 'utf8') + readFileSync(key, 'utf8');
      if (reads === 1) writeFileSync(cert, 'new certificate');
      if (reads === 2) throw new Error('the key does not belong to the certificate');
      return text;
    },
    onChange: (text) => changes.push(text),
    onFailure: (error) => failures.push(error),
  });
  expect(contents).toBe('oldold');
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  writeFileSync(`${key}.new`, 'new key');
  renameSync(`${key}.new`, key);
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(changes).toEqual(['new certificatenew key']));
  const looks = vi.getTimerCount();
  stop();
  expect([looks, vi.getTimerCount()]).toEqual([1, 0]);
});
