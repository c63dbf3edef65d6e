/** A ledger that a stranger fills. */
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../src/limits/attempt.ts';
import { Ledger } from '../src/limits/ledger.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { openTestStore } from './world.ts';

/** One network may own four rows: what one attempt makes. */
const MOST = 256;
const wrong = () => ({ right: false });
const right = () => ({ right: true });

async function makeLedger(numbers: object = {}) {
  const store = await openTestStore();
  const limits = limitsSchema.parse({ rows: { most: MOST }, ...numbers });
  const again = () => new Ledger({ store, limits, clock: () => 1_800_000_000_000 });
  return { ledger: again(), again };
}

const attemptOf = (username: string, source: string, known = false): Attempt => ({
  source,
  username,
  account: `uid of ${username}`,
  known,
});

async function delay(ledger: Ledger, attempt: Attempt): Promise<number> {
  return (await ledger.passwordDelay(attempt))?.seconds ?? 0;
}

/** One attempt each from so many networks, which own all rows then. */
async function fill(ledger: Ledger): Promise<void> {
  for (let n = 0; n < MOST / 4; n++)
    await ledger.judgePassword(attemptOf(`filler${n}`, `10.0.${n}.1`), wrong);
}

describe('a network', () => {
  it.for([
    ['an IPv4 /24', (n: number) => `198.51.100.${n}`],
    ['an IPv6 /48', (n: number) => `2001:db8:1:${n.toString(16)}::/64`],
  ] as const)('owns no more than its share of the rows: %s', async ([, source]) => {
    const { ledger } = await makeLedger();
    for (let n = 1; n < 100; n++) await ledger.judgePassword(attemptOf(`user${n}`, source(n)), wrong);
    // Of its own four rows, and one overflow row of each kind.
    expect(await ledger.sweep()).toEqual({ removed: 0, rows: 8 });
  });

  it('that made too many rows does not affect others or delay the names it tries', async () => {
    const { ledger } = await makeLedger({ name: { failures: 5 }, source: { failures: 1000 } });
    for (let n = 1; n < 30; n++) await ledger.judgePassword(attemptOf('alice', '198.51.100.1'), wrong);
    const attacker = attemptOf('robert', '198.51.100.2');
    for (let n = 1; n < 30; n++) await ledger.judgePassword(attacker, wrong);
    expect(await delay(ledger, attacker)).toBeGreaterThan(0);
    expect(await delay(ledger, attemptOf('robert', '192.0.2.1'))).toBe(0);
    expect(await ledger.judgePassword(attemptOf('robert', '192.0.2.1'), right)).toMatchObject({
      kind: 'judged',
    });
  });

  it('does not clear its overflow rows by a success at an account of its own', async () => {
    const { ledger } = await makeLedger();
    await ledger.judgePassword(attemptOf('first', '198.51.100.1'), wrong);
    for (let n = 0; n < 3; n++) await ledger.judgePassword(attemptOf(`user${n}`, '198.51.100.2'), wrong);
    await ledger.succeeded(attemptOf('mallory', '198.51.100.3', true));
    expect(await delay(ledger, attemptOf('another', '198.51.100.4'))).toBeGreaterThan(0);
  });

  it('behind which many users log in leaves no rows, since right passwords leave none', async () => {
    const { ledger } = await makeLedger();
    for (let n = 0; n < 50; n++) {
      const attempt = attemptOf(`user${n}`, '198.51.100.1', true);
      await ledger.judgePassword({ ...attempt, known: false }, right);
      await ledger.succeeded(attempt);
    }
    expect(await ledger.sweep()).toEqual({ removed: 0, rows: 0 });
    await ledger.judgePassword(attemptOf('alice', '198.51.100.1'), wrong);
    expect(await ledger.sweep()).toEqual({ removed: 0, rows: 4 });
  });

  it('owns the rows that it made in another process too, after a sweep', async () => {
    const { ledger, again } = await makeLedger();
    await ledger.judgePassword(attemptOf('alice', '198.51.100.1'), wrong);
    const restarted = again();
    expect(await restarted.sweep()).toEqual({ removed: 0, rows: 4 });
    await restarted.judgePassword(attemptOf('robert', '198.51.100.2'), wrong);
    await restarted.judgePassword(attemptOf('carol', '198.51.100.3'), wrong);
    expect(await restarted.sweep()).toEqual({ removed: 0, rows: 8 });
  });
});

describe('a full ledger', () => {
  it('does not grow, whatever strangers try', async () => {
    const { ledger } = await makeLedger();
    await fill(ledger);
    const { rows } = await ledger.sweep();
    const attempt = attemptOf('newcomer', '203.0.113.1');
    for (let n = 0; n < 3; n++) await ledger.judgePassword(attempt, wrong);
    await ledger.judgePassword({ ...attempt, source: '203.0.113.2' }, wrong);
    expect((await ledger.sweep()).rows).toBe(rows + 4);
  });

  it('keeps names apart, whether or not they exist', async () => {
    const { ledger } = await makeLedger({ name: { failures: 5 } });
    await fill(ledger);
    for (const known of [true, false])
      for (let n = 0; n < 5; n++)
        await ledger.judgePassword(attemptOf(`tried${known}`, `203.0.${n}.1`, known), wrong);
    const names = ['triedtrue', 'triedfalse', ...Array.from({ length: 20 }, (_, n) => `user${n}`)];
    const waits = await Promise.all(names.map((name) => delay(ledger, attemptOf(name, '192.0.2.1'))));
    expect(waits.slice(0, 2)).toEqual([60, 60]);
    // One of the twenty may share a row of 4,096 with them.
    expect(waits.slice(2).filter((seconds) => seconds > 0).length).toBeLessThanOrEqual(1);
  });

  it('keeps networks apart', async () => {
    const { ledger } = await makeLedger();
    await fill(ledger);
    for (let n = 0; n < 9; n++) await ledger.judgePassword(attemptOf('tried', '203.0.113.1'), wrong);
    const sources = Array.from({ length: 20 }, (_, n) => `192.0.${n}.1`);
    const waits = await Promise.all(sources.map((source) => delay(ledger, attemptOf('alice', source))));
    expect(waits.filter((seconds) => seconds > 0).length).toBeLessThanOrEqual(1);
    expect(await delay(ledger, attemptOf('another', '203.0.113.99'))).toBeGreaterThan(0);
  });

  it('keeps a row of its own for every known device', async () => {
    const { ledger } = await makeLedger();
    await fill(ledger);
    for (let n = 0; n < 9; n++) await ledger.judgePassword(attemptOf('alice', '203.0.113.1', true), wrong);
    const stranger = attemptOf('alice', '203.0.113.1', true);
    const [phone, laptop] = ['phone', 'laptop'].map((device) => ({ ...stranger, device }));
    if (!phone || !laptop) throw new TypeError('there are two');
    for (let n = 0; n < 3; n++) await ledger.judgePassword(phone, wrong);
    expect(await delay(ledger, stranger)).toBeGreaterThan(0);
    expect(await delay(ledger, phone)).toBe(1);
    expect(await delay(ledger, laptop)).toBe(0);
    await ledger.succeeded(phone);
    expect(await delay(ledger, phone)).toBe(0);
    expect(await delay(ledger, stranger)).toBeGreaterThan(0);
  });

  it('leaves the rows that were there to those who made them', async () => {
    const { ledger } = await makeLedger();
    const old = attemptOf('alice', '192.0.2.1');
    for (let n = 0; n < 3; n++) await ledger.judgePassword(old, wrong);
    await fill(ledger);
    expect(await delay(ledger, old)).toBe(1);
  });
});
