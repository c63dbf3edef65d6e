import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { stateOf, watchTlsFiles } from '../src/serving/tls-watch.ts';
import { folder } from './program.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('notices a certificate that was replaced before the first look, and the key that follows, even after a failure', async () => {
  const files = { cert: join(folder(), 'cert'), key: join(folder(), 'key') };
  for (const path of [files.cert, files.key]) writeFileSync(path, 'old');
  const before = await stateOf(files);
  writeFileSync(files.cert, 'new certificate');
  const failures: unknown[] = [];
  let taken = 0;
  const unwatch = watchTlsFiles(files, {
    before,
    takeUp: async () => {
      taken += 1;
      if (taken === 1) throw new Error('the key does not belong to the certificate');
    },
    onFailure: (error) => failures.push(error),
  });
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  writeFileSync(`${files.key}.new`, 'new');
  renameSync(`${files.key}.new`, files.key);
  vi.advanceTimersByTime(2000);
  await vi.waitFor(() => expect(taken).toBe(2));
  const looks = vi.getTimerCount();
  unwatch();
  expect([looks, vi.getTimerCount()]).toEqual([1, 0]);
});
