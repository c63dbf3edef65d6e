import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { addAccounts, administrate, NOW } from './administrator.ts';
import { dataDir, PASSPHRASE } from './program.ts';

describe('on a terminal of 60 columns', () => {
  it.each([['user show alice'], ['audit show'], ['keys status'], ['cert show']])(
    '%s breaks no word and is no wider',
    async (command) => {
      const dir = await dataDir();
      await addAccounts(dir, { username: 'alice' });
      await administrate(dir, ['user', 'unlock', 'alice']);
      const { io, keys, stdout, stderr } = memoryIo({
        terminal: true,
        columns: 60,
        now: () => NOW * 1000,
        env: { NO_COLOR: '1' },
      });
      keys.write(`${PASSPHRASE}\r`);
      await run([...command.split(' '), '--data-dir', dir], io);
      const lines = stdout().split('\n');
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(60);
      expect(stdout() + stderr()).not.toBe('');
    },
  );
});
