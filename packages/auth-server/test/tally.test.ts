import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, limitsSchema } from '../src/limits/limits.ts';
import {
  codeRule,
  EMPTY_TALLY,
  inWindow,
  nameRule,
  passwordRule,
  type Rule,
  reserved,
  settled,
  sourceRule,
  type Tally,
  verdictOf,
  withLapsed,
} from '../src/limits/tally.ts';

const { password, source, name, code } = DEFAULT_LIMITS;
const GO = { kind: 'go' };
const wait = (seconds: number) => ({ kind: 'wait', seconds });
const failed = (failures: number, lastFailure = 1000, open = 0): Tally => ({
  failures,
  lastFailure,
  reserved: Array.from({ length: open }, () => lastFailure),
});

describe('delays on passwords', () => {
  const rule = passwordRule(password);

  it('come after three free failures, begin at one second and double to a quarter of an hour', () => {
    const waits = Array.from({ length: 16 }, (_, failures) => rule(failures));
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it('run from the last failure, whatever is under judgement', () => {
    for (const open of [0, 1, 2]) {
      expect(verdictOf({ ...failed(6, 1000), reserved: Array(open).fill(1005) }, rule, 1005)).toEqual(
        wait(3),
      );
    }
    expect(verdictOf(failed(6, 1000), rule, 1008)).toEqual(GO);
  });

  it('stay finite after any number of failures', () => {
    expect(verdictOf(failed(1e9), rule, 1000)).toEqual(wait(900));
  });
});

describe('the budget of a source', () => {
  it('pauses after thirty failures and opens again when the pause is over', () => {
    const rule = sourceRule(source);
    expect(verdictOf(failed(29), rule, 1000)).toEqual(GO);
    expect(verdictOf(failed(30), rule, 1000)).toEqual(wait(600));
    expect(verdictOf(failed(30), rule, 1600)).toEqual(GO);
  });
});

describe('the budget of a name', () => {
  it('delays strangers after a hundred failures in a day', () => {
    const rule = nameRule(name);
    expect(verdictOf(failed(99), rule, 1000)).toEqual(GO);
    expect(verdictOf(failed(100), rule, 1000)).toEqual(wait(60));
    expect(inWindow(failed(100), 86_400, 1000 + 86_400).failures).toBe(0);
  });
});

describe('the budget of codes', () => {
  const rule = codeRule(code);

  it('waits a minute after five, a quarter of an hour after ten, then doubles to a day', () => {
    const waits = [5, 10, 15, 20, 25, 30, 35, 40, 45, 50].map((wrong) =>
      verdictOf(failed(wrong), rule, 1000),
    );
    const seconds = [60, 900, 1800, 3600, 7200, 14_400, 28_800, 57_600, 86_400, 86_400];
    expect(waits).toEqual(seconds.map(wait));
  });

  it('lets the codes between two delays through', () => {
    for (const wrong of [0, 1, 4, 6, 9, 11, 99]) expect(verdictOf(failed(wrong), rule, 1000)).toEqual(GO);
    expect(verdictOf(failed(5, 1000), rule, 1060)).toEqual(GO);
  });

  it('locks after a hundred in a row, however long ago', () => {
    expect(verdictOf(failed(100, 0), rule, 1e9)).toEqual({ kind: 'locked' });
  });

  it('never lets more than five wrong codes be judged in one minute', () => {
    let tally = EMPTY_TALLY;
    let judged = 0;
    for (let n = 0; n < 200; n++) {
      if (verdictOf(tally, rule, 1000).kind !== 'go') continue;
      judged += 1;
      tally = settled(reserved(tally, 1000), 1000, false, 1000);
    }
    expect(judged).toBe(5);
  });
});

describe('attempts under judgement', () => {
  const rules: readonly [string, Rule, number][] = [
    ['passwords', passwordRule(password), 3],
    ['a source', sourceRule(source), 30],
    ['a name', nameRule(name), 100],
    ['codes', codeRule(code), 5],
  ];

  it.for(rules)('and failures together are never more than what is free: %s', ([, rule, free]) => {
    for (let failures = 0; failures < free; failures++) {
      expect(verdictOf(failed(failures, 1000, free - failures - 1), rule, 1000)).toEqual(GO);
      expect(verdictOf(failed(failures, 1000, free - failures), rule, 1000)).toEqual({ kind: 'full' });
    }
  });

  it.for(rules)('make others wait until they are settled, and never pause: %s', ([, rule, free]) => {
    const full = failed(0, 1000, free);
    expect(verdictOf(full, rule, 1000)).toEqual({ kind: 'full' });
    expect(verdictOf(settled(full, 1000, true, 1000), rule, 1000)).toEqual(GO);
  });

  it('do not lock: the hundredth code is locked out only by a failure', () => {
    expect(verdictOf(failed(99, 0, 1), codeRule(code), 1000)).toEqual({ kind: 'full' });
  });
});

describe('reservations', () => {
  it('become failures if they are never settled', () => {
    const tally = reserved(reserved(EMPTY_TALLY, 1000), 1030);
    expect(withLapsed(tally, 60, 1059)).toBe(tally);
    expect(withLapsed(tally, 60, 1060)).toEqual({ failures: 1, lastFailure: 1060, reserved: [1030] });
    expect(withLapsed(tally, 60, 1090)).toEqual({ failures: 2, lastFailure: 1090, reserved: [] });
  });

  it('are not removed once they have lapsed', () => {
    const lapsed = withLapsed(reserved(EMPTY_TALLY, 1000), 60, 1060);
    expect(settled(lapsed, 1000, true, 1061)).toEqual(lapsed);
  });

  it('leave no trace if the answer was right', () => {
    expect(settled(reserved(EMPTY_TALLY, 1000), 1000, true, 1001)).toEqual(EMPTY_TALLY);
  });
});

describe('a clock that is set back', () => {
  it('makes no one wait, and the next failure counts from the new time', () => {
    const ahead = failed(30, 1_000_000);
    expect(verdictOf(ahead, passwordRule(password), 1000)).toEqual(GO);
    expect(verdictOf(ahead, sourceRule(source), 1000)).toEqual(GO);
    expect(verdictOf(failed(5, 1_000_000), codeRule(code), 1000)).toEqual(GO);
    const next = settled(reserved(ahead, 1000), 1000, false, 1000);
    expect(verdictOf(next, passwordRule(password), 1000)).toEqual(wait(900));
    expect(verdictOf(next, passwordRule(password), 1900)).toEqual(GO);
  });

  it('a little makes no one wait longer than one delay', () => {
    expect(verdictOf(failed(30, 1010), passwordRule(password), 1000)).toEqual(wait(900));
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

  it('is refused with a number that is not a limit, or an unknown key', () => {
    for (const file of [
      { code: { lockAfter: 0 } },
      { code: { lockafter: 5 } },
      { source: { failures: 1.5 } },
      { limits: {} },
    ])
      expect(limitsSchema.safeParse(file).success).toBe(false);
  });
});
