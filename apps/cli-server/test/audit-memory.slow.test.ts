/** The audit commands on a long log, in a process whose heap could not hold it. */
import { once } from 'node:events';
import { Journal } from '@countersign/auth-server/audit';
import { expect, it } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { inStore, NOW } from './administrator.ts';
import { binary, dataDir, PASSPHRASE } from './program.ts';

const EVENTS = 50_000;
const EVENTS_A_COMMIT = 250;
/** The program alone needs 16 MB; with the events in memory it would need 60. */
const HEAP = ['--max-old-space-size=24', '--max-semi-space-size=1'];
const MINUTES_5 = 300_000;

async function runSmall(dir: string, command: string): Promise<{ exit: unknown; lines: number }> {
  const args = [...HEAP, binary, 'audit', ...command.split(' '), '--data-dir', dir, '--json'];
  const child = spawn(process.execPath, args, { timeout: MINUTES_5, stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end(`${PASSPHRASE}\n`);
  let lines = 0;
  child.stdout.on('data', (bytes: Buffer) => {
    lines += bytes.filter((byte) => byte === 0x0a).length;
  });
  const [exit] = await once(child, 'close');
  return { exit, lines };
}

it('verify, show and export need no more memory for a log of 50,000 events than for a short one', async () => {
  const dir = await dataDir();
  await inStore(dir, async (store) => {
    let now = NOW * 1000;
    const clock = () => now;
    const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const journal = new Journal({ store, clock, randomBytes });
    for (let n = 0; n < EVENTS; n += EVENTS_A_COMMIT) {
      now += 1000;
      const accounts = (i: number) => [{ username: 'alice', uid: 'AAAA', version: String(n + i + 1) }];
      await journal.commit(
        [],
        Array.from({ length: EVENTS_A_COMMIT }, (_, i) => ({
          kind: 'login.succeeded',
          username: 'alice',
          source: '192.0.2.1',
          ...(n + i + 1 < EVENTS ? { accounts: accounts(i) } : {}),
        })),
      );
    }
    const gone = { username: 'alice', uid: 'AAAA', version: String(EVENTS), removed: true } as const;
    await journal.commit([], [{ kind: 'account.removed', username: 'alice', accounts: [gone] }]);
  });
  expect(await runSmall(dir, 'verify')).toEqual({ exit: 0, lines: 1 });
  expect(await runSmall(dir, 'show --last 5')).toEqual({ exit: 0, lines: 5 });
  expect(await runSmall(dir, 'export')).toEqual({ exit: 0, lines: EVENTS + 1 });
});
