/** The ledger itself: its rows in a store, two processes on one store, and a store that fails. */
import { type Store, StoreError } from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';
import type { Attempt } from '../src/limits/attempt.ts';
import { Ledger } from '../src/limits/ledger.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { attemptOf, right, wrong } from './attempts.ts';
import { openBreakableStore } from './breakable-store.ts';
import { accountOf, codeAt, makeWorld, openTestStore, register, wrongCode } from './world.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** A ledger whose clock stands; `again` is another process on the same store. */
async function makeLedger(numbers: object = {}) {
  const store = await openTestStore();
  const time = { now: 1_800_000_000 };
  const again = (onPause: (milliseconds: number) => void = () => {}) =>
    new Ledger({
      store,
      limits: limitsSchema.parse(numbers),
      clock: () => time.now * 1000,
      pause: (milliseconds) => {
        onPause(milliseconds);
        return new Promise(setImmediate);
      },
    });
  return { time, ledger: again(), again };
}

/** Seconds until the attempt may be made. */
async function delay(ledger: Ledger, attempt: Attempt): Promise<number> {
  return (await ledger.passwordDelay(attempt))?.seconds ?? 0;
}

/** A judge that never comes back: the process died in the middle. */
function dieJudging(ledger: Ledger, attempt: Attempt): Promise<void> {
  return new Promise((resolve) => {
    void ledger.judgePassword(attempt, () => {
      resolve();
      return new Promise<never>(() => {});
    });
  });
}

describe('rows of the ledger', () => {
  it('are forgotten when they were not touched for a day, and not before', async () => {
    const { ledger, time } = await makeLedger();
    const attempt = attemptOf('alice', '192.0.2.1');
    for (let n = 0; n < 4; n++) {
      await ledger.judgePassword({ ...attempt, known: false }, wrong);
      time.now += HOUR;
    }
    expect((await ledger.sweep()).removed).toBe(0);
    time.now += DAY;
    expect((await ledger.sweep()).rows).toBe(0);
  });

  it('outlast a day if they count failures at an account', async () => {
    const { ledger, time } = await makeLedger({ code: { lockAfter: 2 } });
    for (let n = 0; n < 2; n++) await ledger.judgeFactor('uid', 'totp', wrong);
    await ledger.judgePassword({ ...attemptOf('nobody', '192.0.2.1'), known: false }, wrong);
    time.now += 2 * DAY;
    expect((await ledger.sweep()).removed).toBe(4);
    expect(await ledger.judgeFactor('uid', 'totp', right)).toMatchObject({
      hold: { limit: 'code.lockAfter' },
    });
    expect(await ledger.failuresOf('uid')).toMatchObject({ codes: 3 });
  });

  it('of accounts are never shared: the codes of others lock no one', async () => {
    const { ledger } = await makeLedger({ rows: { most: 1 }, code: { lockAfter: 2 } });
    await ledger.judgePassword(attemptOf('filling', '192.0.2.1'), wrong);
    for (let n = 0; n < 2; n++) await ledger.judgeFactor('uid of mallory', 'totp', wrong);
    expect(await ledger.codeDelay('uid of mallory')).toBe(Number.POSITIVE_INFINITY);
    expect(await ledger.codeDelay('uid of alice')).toBe(0);
    await ledger.judgePassword(attemptOf('mallory', '192.0.2.1'), wrong);
    expect(await ledger.failuresOf('uid of alice')).toEqual({ passwords: 0, codes: 0 });
  });

  it('are forgotten though one of them is damaged', async () => {
    const { store, disk } = await openBreakableStore();
    const time = { now: 1_800_000_000 };
    const ledger = new Ledger({ store, limits: limitsSchema.parse({}), clock: () => time.now * 1000 });
    const guess = (n: number) =>
      ledger.judgePassword({ ...attemptOf(`user${n}`, '192.0.2.1', 'known'), known: false }, wrong);
    await disk.damage(() => guess(1));
    for (let n = 2; n < 12; n++) await guess(n);
    time.now += 2 * DAY;
    // Two rows each, and the other one of the first.
    expect(await ledger.sweep()).toEqual({ removed: 21, rows: 0 });
  });

  it('survive a sweep while others change them', async () => {
    const { ledger, time, again } = await makeLedger();
    const attempts = Array.from({ length: 20 }, (_, n) => attemptOf(`user${n}`, '192.0.2.1'));
    for (const attempt of attempts) await ledger.judgePassword(attempt, wrong);
    time.now += 2 * DAY;
    await Promise.all([again().sweep(), ...attempts.map((attempt) => ledger.judgePassword(attempt, wrong))]);
    for (const { account } of attempts)
      expect(await ledger.failuresOf(account)).toMatchObject({ passwords: 2 });
  });
});

describe('attempts judged at the same time', () => {
  /** How many are judged when all proofs arrive at once, at two processes. */
  async function judged(attempts: readonly Attempt[], judge: () => { right: boolean }): Promise<number> {
    const { ledger, again } = await makeLedger();
    const processes = [ledger, again()];
    const outcomes = await Promise.all(
      attempts.map((attempt, n) => (processes[n % 2] ?? ledger).judgePassword(attempt, judge)),
    );
    return outcomes.filter(({ kind }) => kind === 'judged').length;
  }
  const names = Array.from({ length: 60 }, (_, n) => attemptOf(`user${n}`, '192.0.2.1'));

  it('are no more than the budget of their address: sixty names from one', async () => {
    expect(await judged(names, wrong)).toBe(30);
  });

  it('are no more than the budget of their name: one from 180 addresses', async () => {
    const sources = Array.from({ length: 180 }, (_, n) => attemptOf('alice', `198.51.100.${n}`));
    expect(await judged(sources, wrong)).toBe(100);
  });

  it('are all served when they are right: sixty from one address', async () => {
    expect(await judged(names, right)).toBe(60);
  });
});

describe('an attempt for which there is no room', () => {
  it('waits for those under judgement, in another process too, and takes the place of a right one', async () => {
    const { ledger, again } = await makeLedger({ password: { freeFailures: 1 } });
    const attempt = attemptOf('alice', '192.0.2.1');
    let settle: (outcome: { right: boolean }) => void = () => {};
    const begun = new Promise<void>((resolve) => {
      const judge = () => {
        resolve();
        return new Promise<{ right: boolean }>((settled) => {
          settle = settled;
        });
      };
      void ledger.judgePassword(attempt, judge);
    });
    await begun;
    const second = again().judgePassword(attempt, right);
    settle({ right: true });
    expect(await second).toMatchObject({ kind: 'judged' });
  });

  it('has to come again in a second if they take longer than two', async () => {
    let waited = 0;
    const { ledger, again } = await makeLedger({ code: { perStep: 1 } });
    await new Promise<void>((resolve) => {
      void ledger.judgeFactor('uid', 'totp', () => {
        resolve();
        return new Promise<never>(() => {});
      });
    });
    const patient = again((milliseconds) => {
      waited += milliseconds;
    });
    expect(await patient.judgeFactor('uid', 'totp', right)).toEqual({
      kind: 'wait',
      hold: { seconds: 1, limit: 'code.perStep' },
    });
    expect(waited).toBeGreaterThanOrEqual(2000);
    expect(waited).toBeLessThan(2500);
    expect(await patient.failuresOf('uid')).toEqual({ passwords: 0, codes: 1 });
  });
});

describe('an attempt that is never settled', () => {
  it('counts as failed after a minute, also for the process that comes after a crash', async () => {
    const { ledger, time, again } = await makeLedger({ password: { freeFailures: 1 } });
    const attempt = attemptOf('alice', '192.0.2.1');
    await dieJudging(ledger, attempt);
    const restarted = again();
    expect(await restarted.judgePassword(attempt, right)).toEqual({
      kind: 'wait',
      hold: { seconds: 1, limit: 'password.freeFailures' },
    });
    time.now += 60;
    expect(await delay(restarted, attempt)).toBe(1);
    time.now += 1;
    expect(await delay(restarted, attempt)).toBe(0);
    await restarted.judgePassword(attempt, wrong);
    expect(await delay(restarted, attempt)).toBe(2);
  });

  it('holds its place in the budget of its source while it lasts', async () => {
    const { ledger, time, again } = await makeLedger({ source: { inFlight: 2 } });
    for (const name of ['alice', 'robert']) await dieJudging(ledger, attemptOf(name, '192.0.2.1'));
    const third = attemptOf('carol', '192.0.2.1');
    expect(await again().judgePassword(third, right)).toEqual({
      kind: 'wait',
      hold: { seconds: 1, limit: 'source.inFlight' },
    });
    time.now += 60;
    expect(await again().judgePassword(third, right)).toMatchObject({ kind: 'judged' });
  });
});

describe('a source', () => {
  it('is judged by the pair alone where its device is known, in every other budget otherwise', async () => {
    const { ledger } = await makeLedger({ source: { failures: 2 }, name: { failures: 2 } });
    for (let n = 0; n < 2; n++) await ledger.judgePassword(attemptOf('alice', '192.0.2.1'), wrong);
    const elsewhere = attemptOf('alice', '192.0.2.2');
    expect(await delay(ledger, attemptOf('robert', '192.0.2.1'))).toBe(600);
    expect(await delay(ledger, elsewhere)).toBe(60);
    expect(await delay(ledger, attemptOf('alice', '192.0.2.1', 'known'))).toBe(0);
    for (let n = 0; n < 3; n++) await ledger.judgePassword({ ...elsewhere, device: 'known' }, wrong);
    expect(await delay(ledger, { ...elsewhere, device: 'known' })).toBe(1);
    expect(await delay(ledger, attemptOf('robert', '192.0.2.2'))).toBe(0);
  });

  it('gets back what its user mistyped, but no failures at other accounts', async () => {
    const { ledger, time } = await makeLedger({ source: { failures: 8 } });
    const own = attemptOf('mallory', '192.0.2.1');
    for (let n = 0; n < 5; n++) {
      await ledger.judgePassword(own, wrong);
      time.now += 5;
    }
    time.now += 600;
    for (let n = 0; n < 7; n++) await ledger.judgePassword(attemptOf(`user${n}`, '192.0.2.1'), wrong);
    await ledger.judgePassword(own, right);
    await ledger.succeeded(own);
    await ledger.judgePassword(attemptOf('another', '192.0.2.1'), wrong);
    expect(await delay(ledger, attemptOf('alice', '192.0.2.1'))).toBe(600);
    expect(await delay(ledger, own)).toBe(600);
    expect(await delay(ledger, { ...own, device: 'known' })).toBe(0);
  });
});

describe('a success', () => {
  it('reports wrong passwords and wrong codes separately, and resets both', async () => {
    const { ledger } = await makeLedger();
    const attempt = attemptOf('alice', '192.0.2.1');
    for (let n = 0; n < 2; n++) await ledger.judgePassword(attempt, wrong);
    await ledger.judgeFactor(attempt.account, 'totp', wrong);
    await ledger.judgeFactor(attempt.account, 'recovery', wrong);
    expect(await ledger.succeeded(attempt)).toEqual({ passwords: 2, codes: 2 });
    expect(await ledger.succeeded(attempt)).toEqual({ passwords: 0, codes: 0 });
    for (let n = 0; n < 2; n++) await ledger.judgePassword(attempt, wrong);
    expect(await delay(ledger, attempt)).toBe(0);
  });

  it('does not clear failures of other sources at the same account', async () => {
    const { ledger } = await makeLedger();
    const other = attemptOf('alice', '198.51.100.1');
    for (let n = 0; n < 3; n++) await ledger.judgePassword(other, wrong);
    await ledger.succeeded(attemptOf('alice', '192.0.2.1'));
    expect(await delay(ledger, other)).toBe(1);
  });
});

describe('a ledger that cannot be written', () => {
  it('lets no one in, even with the right password and the right code', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const user = await register(world, 'alice');
    const atTheFactor = world.connect();
    await atTheFactor.prove('alice', user.password);
    const challenged = await world.connect().startLogin('alice', user.password);

    disk.full = true;
    const code = codeAt(world, user.secret);
    const answers = [
      await atTheFactor.ask({ type: 'totp.submit', code }),
      await challenged.prove(),
      await world.connect().prove('alice', user.password),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ type: 'error', code: 'store_unavailable' });
    expect(atTheFactor.session.isOver).toBe(true);
    expect(world.failures).toHaveLength(3);

    disk.full = false;
    const peer = world.connect({ source: '192.0.2.2' });
    await peer.prove('alice', user.password);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ type: 'login.done' });
  });
});

describe('a code that was right', () => {
  it('counts as a failure after a minute if the server crashes before it is committed', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const user = await register(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    let commits = 0;
    disk.overtake = async () => {
      commits += 1;
      // The reservation is committed, and the login is not.
      if (commits > 1) throw new StoreError('backend_gone', 'the process died');
    };
    const code = codeAt(world, user.secret);
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'store_unavailable' });
    disk.overtake = undefined;
    const restarted = await makeWorld({ store, limits: limitsSchema.parse({ code: { perStep: 1 } }) });
    restarted.now = world.now + 61;
    const next = restarted.connect();
    expect(await next.prove('alice', user.password)).toMatchObject({ type: 'login.proven', retryAfter: 59 });
    restarted.now += 60;
    const again = codeAt(restarted, user.secret);
    expect(await next.ask({ type: 'totp.submit', code: again })).toMatchObject({ type: 'login.done' });
  });

  it('is refused to a connection that does not know yet that another process has locked the codes', async () => {
    const { store, openAgain } = await openBreakableStore();
    const limits = limitsSchema.parse({ code: { lockAfter: 2 } });
    const world = await makeWorld({ store, limits });
    const user = await register(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const other = new Ledger({ store: await openAgain(), limits, clock: () => world.now * 1000 });
    const { uid } = await accountOf(world, 'alice');
    for (let n = 0; n < 2; n++) await other.judgeFactor(uid, 'totp', wrong);
    const code = codeAt(world, user.secret);
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'locked' });
    expect((await accountOf(world, 'alice')).lastLogin).toBeUndefined();
  });
});

it('unlocks an account for every source and device, and no other account', async () => {
  const { ledger } = await makeLedger({ password: { freeFailures: 1, firstDelay: 100 } });
  const places = ['192.0.2.1', '2001:db8:1:2::/64', 'unknown'];
  const names = ['alice', 'x/alice', '64/alice'];
  for (const name of names)
    for (const place of places)
      for (const device of ['known', undefined])
        for (let n = 0; n < 2; n++) await ledger.judgePassword(attemptOf(name, place, device), wrong);
  await ledger.unlock('alice', 'uid of alice');
  for (const name of names)
    for (const place of places)
      for (const device of ['known', undefined]) {
        const seconds = await delay(ledger, attemptOf(name, place, device));
        expect(seconds > 0, `${name} from ${place}`).toBe(name !== 'alice');
      }
});

it('remembers a success although another process was faster a hundred times', async () => {
  const { store, disk, openAgain } = await openBreakableStore();
  const ledgerOn = (place: Store) =>
    new Ledger({ store: place, limits: limitsSchema.parse({}), clock: () => 0 });
  const ledger = ledgerOn(store);
  const other = ledgerOn(await openAgain());
  const attempt = attemptOf('alice', '192.0.2.1');
  await ledger.judgePassword(attempt, wrong);
  let faster = 0;
  disk.overtake = async () => {
    if (faster++ < 100) await other.judgePassword(attempt, wrong);
  };
  await ledger.succeeded(attempt);
  expect(faster).toBe(101);
  expect(await ledger.failuresOf(attempt.account)).toEqual({ passwords: 0, codes: 0 });
});
