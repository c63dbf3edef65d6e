import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, limitsSchema } from '../src/limits/limits.ts';
import {
  codeVerdict,
  EMPTY_TALLY,
  inWindow,
  nameWait,
  passwordWait,
  reserved,
  settled,
  sourceWait,
  withLapsed,
} from '../src/limits/tally.ts';

const { password, source, name, code } = DEFAULT_LIMITS;
const failed = (failures: number, lastFailure = 1000) => ({ failures, lastFailure, reserved: [] });

describe('delays on passwords', () => {
  it('come after three free failures, begin at one second and double to a quarter of an hour', () => {
    const waits = Array.from({ length: 16 }, (_, failures) => passwordWait(failed(failures), password, 1000));
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('run from the last failure', () => {
    expect(passwordWait(failed(6, 1000), password, 1005)).toBe(3);
    expect(passwordWait(failed(6, 1000), password, 1008)).toBe(0);
  });

  it('count what is still being judged as failed', () => {
    expect(passwordWait({ ...failed(2), reserved: [1000] }, password, 1000)).toBe(1);
  });

  it('stay finite after any number of failures', () => {
    expect(passwordWait(failed(1e9), password, 1000)).toBe(900);
  });
});

describe('the budget of a source', () => {
  it('pauses after thirty failures and opens again when the pause is over', () => {
    expect(sourceWait(failed(29), source, 1000)).toBe(0);
    expect(sourceWait(failed(30), source, 1000)).toBe(600);
    expect(sourceWait(failed(30), source, 1600)).toBe(0);
  });

  it('holds no more than 256 attempts in flight', () => {
    const reservations = Array.from({ length: 256 }, () => 1000);
    expect(sourceWait({ ...failed(0), reserved: reservations }, source, 1000)).toBe(1);
    expect(sourceWait({ ...failed(0), reserved: reservations.slice(1) }, source, 1000)).toBe(0);
  });
});

describe('the budget of a name', () => {
  it('delays strangers after a hundred failures in a day', () => {
    expect(nameWait(failed(99), name, 1000)).toBe(0);
    expect(nameWait(failed(100), name, 1000)).toBe(60);
    expect(inWindow(failed(100), 86_400, 1000 + 86_400).failures).toBe(0);
  });
});

describe('the budget of codes', () => {
  it('waits a minute after five, a quarter of an hour after ten, then doubles to a day', () => {
    const waits = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50].map((wrong) =>
      codeVerdict(failed(wrong), code, 1000),
    );
    const seconds = [60, 900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 86_400];
    expect(waits).toEqual(seconds.map((wait) => ({ kind: 'wait', seconds: wait })));
  });

  it('lets the codes between two delays through', () => {
    for (const wrong of [0, 1, 4, 6, 9, 11, 99])
      expect(codeVerdict(failed(wrong), code, 1000)).toEqual({ kind: 'go' });
    expect(codeVerdict(failed(5, 1000), code, 1060)).toEqual({ kind: 'go' });
  });

  it('locks after a hundred in a row, however long ago', () => {
    expect(codeVerdict(failed(100, 0), code, 1e9)).toEqual({ kind: 'locked' });
  });

  it('never lets more than five wrong codes be judged in one minute', () => {
    let tally = EMPTY_TALLY;
    let judged = 0;
    for (let n = 0; n < 200; n++) {
      if (codeVerdict(tally, code, 1000).kind !== 'go') continue;
      judged += 1;
      tally = settled(reserved(tally, 1000), 1000, false, 1000);
    }
    expect(judged).toBe(5);
  });
});

describe('reservations', () => {
  it('become failures when nobody settles them', () => {
    const tally = reserved(reserved(EMPTY_TALLY, 1000), 1030);
    expect(withLapsed(tally, 60, 1059)).toBe(tally);
    expect(withLapsed(tally, 60, 1060)).toEqual({ failures: 1, lastFailure: 1060, reserved: [1030] });
    expect(withLapsed(tally, 60, 1090)).toEqual({ failures: 2, lastFailure: 1090, reserved: [] });
  });

  it('give nothing back once they have lapsed', () => {
    const lapsed = withLapsed(reserved(EMPTY_TALLY, 1000), 60, 1060);
    expect(settled(lapsed, 1000, true, 1061)).toEqual(lapsed);
  });

  it('leave no trace when the answer was right', () => {
    expect(settled(reserved(EMPTY_TALLY, 1000), 1000, true, 1001)).toEqual(EMPTY_TALLY);
  });
});

describe('a clock that is set back', () => {
  it('makes nobody wait for it, and the next failure counts from the new time', () => {
    const ahead = failed(30, 1_000_000);
    expect(passwordWait(ahead, password, 1000)).toBe(0);
    expect(sourceWait(ahead, source, 1000)).toBe(0);
    expect(codeVerdict(failed(5, 1_000_000), code, 1000)).toEqual({ kind: 'go' });
    const next = settled(reserved(ahead, 1000), 1000, false, 1000);
    expect(passwordWait(next, password, 1000)).toBe(900);
    expect(passwordWait(next, password, 1900)).toBe(0);
  });

  it('by little makes nobody wait longer than the delay at once', () => {
    expect(passwordWait(failed(30, 1010), password, 1000)).toBe(900);
  });

  it('ends windows and reservations that lie ahead, but for a little difference between machines', () => {
    expect(inWindow(failed(30, 1_000_000), 600, 1000).failures).toBe(0);
    expect(inWindow(failed(30, 1010), 600, 1000).failures).toBe(30);
    expect(withLapsed(reserved(EMPTY_TALLY, 1_000_000), 60, 1000)).toEqual({
      failures: 1,
      lastFailure: 0,
      reserved: [],
    });
    expect(withLapsed(reserved(EMPTY_TALLY, 1010), 60, 1000)).toMatchObject({
      failures: 0,
      reserved: [1010],
    });
  });
});

describe('a file of limits', () => {
  it('changes one number and leaves the rest', () => {
    const limits = limitsSchema.parse({ code: { lockAfter: 20 } });
    expect(limits.code).toEqual({ ...code, lockAfter: 20 });
    expect(limits.password).toEqual(password);
  });

  it('is refused with a number that is no limit, or a key nobody knows', () => {
    for (const file of [
      { code: { lockAfter: 0 } },
      { code: { lockafter: 5 } },
      { source: { failures: 1.5 } },
      { limits: {} },
    ])
      expect(limitsSchema.safeParse(file).success).toBe(false);
  });
});
