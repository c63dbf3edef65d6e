/** Changes of the ledger that wait for the same row, on a store whose commits end when a test says so. */
import {
  type Backend,
  type Batch,
  memoryBackend,
  openStore,
  type Store,
  StoreError,
} from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../src/limits/ledger.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { rowSchema } from '../src/limits/row.ts';
import { attemptOf, right, wrong } from './attempts.ts';

describe('attempts of one source at the same time', () => {
  /**
   * A store in memory that makes commits only when `release` is called, in order, and the ledger of another process, which
   * does not wait for it. `underWay`: how many commits wait.
   */
  async function makeSlowStore() {
    const memory = memoryBackend();
    const waiting: ((error?: StoreError) => void)[] = [];
    let made = 0;
    const commit: Backend['commit'] = async (batch) => {
      made += 1;
      if (!isSlow) {
        await interrupted(batch);
        return memory.commit(batch);
      }
      await new Promise<void>((resolve, reject) => {
        waiting.push((error) => (error ? reject(error) : resolve()));
      });
      return memory.commit(batch);
    };
    let isSlow = false;
    let interrupted = async (_: Batch) => {};
    const interrupt = (by: typeof interrupted) => {
      interrupted = by;
    };
    const store = await openStore({
      backend: {
        name: memory.name,
        read: (key) => memory.read(key),
        scan: (range) => memory.scan(range),
        commit,
        close: () => memory.close(),
      },
      passphrase: 'a passphrase for tests',
      create: 'if-empty',
      kdf: { m: 8, t: 1, p: 1 },
    });
    const options = { limits: limitsSchema.parse({}), clock: () => 1_800_000_000_000 };
    const ledger = new Ledger({ store, ...options });
    const other = await openStore({ backend: memory, passphrase: 'a passphrase for tests' });
    const elsewhere = new Ledger({ store: other, ...options });
    const underWay = async () => {
      while (waiting.length === 0) await new Promise(setImmediate);
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      return waiting.length;
    };
    isSlow = true;
    made = 0;
    const release = (error?: StoreError) => {
      isSlow = false;
      for (const [at, answer] of waiting.splice(0).entries()) answer(at === 0 ? error : undefined);
    };
    return { store, ledger, elsewhere, underWay, release, interrupt, commits: () => made };
  }
  const attempts = Array.from({ length: 10 }, (_, n) => attemptOf(`user${n}`, '192.0.2.1'));
  const failuresOfSource = async (store: Store) =>
    (await store.collection('ledger', rowSchema).get('source/192.0.2.1'))?.value.tally.failures;

  it('are reserved in one commit if they wait for that of another', async () => {
    const { store, ledger, underWay, release, commits } = await makeSlowStore();
    let judging = 0;
    const judge = () => {
      judging += 1;
      return { right: false };
    };
    const judged = Promise.all(attempts.map((attempt) => ledger.judgePassword(attempt, judge)));
    expect(await underWay()).toBe(1);
    expect(judging).toBe(0);
    release();
    await judged;
    expect(await failuresOfSource(store)).toBe(10);
    // One and then nine are reserved, and settled in the same way.
    expect(commits()).toBeLessThanOrEqual(5);
  });

  it('are reserved though the commit fails for which they wait', async () => {
    const { store, ledger, underWay, release } = await makeSlowStore();
    const judged = Promise.allSettled(attempts.map((attempt) => ledger.judgePassword(attempt, wrong)));
    expect(await underWay()).toBe(1);
    release(new StoreError('full', 'the disk is full'));
    const outcomes = (await judged).map(({ status }) => status);
    expect(outcomes).toEqual(['rejected', ...Array.from({ length: 9 }, () => 'fulfilled')]);
    expect(await failuresOfSource(store)).toBe(9);
  });

  it('lose nothing that another process counts in the meantime', async () => {
    const { store, ledger, elsewhere, underWay, release } = await makeSlowStore();
    await elsewhere.judgePassword(attemptOf('user98', '192.0.2.1'), wrong);
    const judged = attempts.map((attempt) => ledger.judgePassword(attempt, wrong));
    await underWay();
    await elsewhere.judgePassword(attemptOf('user99', '192.0.2.1'), wrong);
    release();
    await Promise.all(judged);
    expect(await failuresOfSource(store)).toBe(12);
  });

  it('are judged though another process is faster than every large commit', async () => {
    const { store, ledger, elsewhere, underWay, release, interrupt } = await makeSlowStore();
    let interruptions = 0;
    interrupt(async ({ writes }) => {
      if (writes.length <= 5) return;
      interruptions += 1;
      await elsewhere.judgePassword(attemptOf(`other${interruptions}`, '192.0.2.1'), wrong);
    });
    const judged = Promise.all(attempts.map((attempt) => ledger.judgePassword(attempt, right)));
    await underWay();
    release();
    expect((await judged).every(({ kind }) => kind === 'judged')).toBe(true);
    // A commit that loses is halved, not repeated until the other process is tired.
    expect(interruptions).toBeGreaterThan(0);
    expect(interruptions).toBeLessThan(20);
    expect(await failuresOfSource(store)).toBe(interruptions);
  });

  it('leave a new row to the network of the first of them', async () => {
    const { store, ledger, underWay, release } = await makeSlowStore();
    const sources = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
    const attempt = (source: string) => ledger.judgePassword(attemptOf('user1', source), wrong);
    // The first commit creates the row of another name, behind which those of user1 wait.
    const other = ledger.judgePassword(attemptOf('user0', '198.51.100.1'), wrong);
    const judged = Promise.all(['198.51.100.1', ...sources].map(attempt));
    await underWay();
    release();
    await Promise.all([other, judged]);
    const row = await store.collection('ledger', rowSchema).get('name/user1');
    expect(row?.value.network).toBe('198.51.100.0/24');
  });

  it('are refused only for what is committed', async () => {
    const { ledger, underWay, release } = await makeSlowStore();
    const many = Array.from({ length: 31 }, (_, n) => attemptOf(`user${n}`, '192.0.2.1'));
    const judged = Promise.all(many.map((attempt) => ledger.judgePassword(attempt, right)));
    expect(await underWay()).toBe(1);
    release();
    expect((await judged).every(({ kind }) => kind === 'judged')).toBe(true);
  });
});
