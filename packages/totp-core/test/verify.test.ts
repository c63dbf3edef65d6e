import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hotpValue } from '../src/code.ts';
import { computeCode, DEFAULT_PROFILE, TotpSecret, verifyCode } from '../src/index.ts';
import { hmacOf } from '../src/secret.ts';
import { lastMatch } from '../src/verify.ts';

const secret = TotpSecret.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const STEP = 37_037_036;
const time = STEP * 30;
const codeAt = (step: number) => computeCode({ secret, time: step * 30 });

describe('the window', () => {
  it.each([-1, 0, 1])('accepts the code of step %i and reports it', (offset) => {
    expect(verifyCode({ secret, code: codeAt(STEP + offset), time })).toEqual({
      ok: true,
      step: STEP + offset,
      offset,
    });
  });

  it.each([-2, 2])('refuses the code of step %i', (offset) => {
    expect(verifyCode({ secret, code: codeAt(STEP + offset), time })).toEqual({ ok: false, reason: 'wrong' });
  });

  it('extends as far back and ahead as requested, independently', () => {
    const accepted = (window: { past: number; future: number }) =>
      [-4, -3, -2, -1, 0, 1, 2, 3, 4].filter(
        (offset) => verifyCode({ secret, code: codeAt(STEP + offset), time, window }).ok,
      );
    expect(accepted({ past: 3, future: 0 })).toEqual([-3, -2, -1, 0]);
    expect(accepted({ past: 0, future: 2 })).toEqual([0, 1, 2]);
    expect(accepted({ past: 0, future: 0 })).toEqual([0]);
  });

  it('moves in the very second in which a step ends', () => {
    const code = codeAt(STEP);
    const window = { past: 0, future: 0 };
    expect(verifyCode({ secret, code, time: time + 29.999, window }).ok).toBe(true);
    expect(verifyCode({ secret, code, time: time + 30, window }).ok).toBe(false);
    expect(verifyCode({ secret, code, time: time - 0.001, window }).ok).toBe(false);
  });

  it.each([-2, -1, 0, 1, 2])('is computed and compared completely if the code is of step %i', (offset) => {
    const counters: number[] = [];
    const counting = (counter: Uint8Array) => {
      counters.push(new DataView(counter.buffer).getUint32(4));
      return hmacOf(secret, 'SHA1')(counter);
    };
    const wanted = Number(codeAt(STEP + offset));
    lastMatch(3, (index) => hotpValue(counting, STEP - 1 + index, 6), wanted);
    expect(counters).toEqual([STEP - 1, STEP, STEP + 1]);
  });

  it('does not extend before 1970', () => {
    expect(verifyCode({ secret, code: codeAt(0), time: 0, window: { past: 5, future: 0 } })).toEqual({
      ok: true,
      step: 0,
      offset: 0,
    });
  });
});

describe('a code reusable in its window', () => {
  it.each([-1, 0, 1])('is refused the second time, at offset %i', (offset) => {
    const code = codeAt(STEP + offset);
    const first = verifyCode({ secret, code, time, after: STEP - 2 });
    if (!first.ok) throw new Error(first.reason);
    for (const later of [time, time + 29, time + 30])
      expect(verifyCode({ secret, code, time: later, after: first.step })).toEqual({
        ok: false,
        reason: later === time + 30 && offset === -1 ? 'wrong' : 'used',
      });
  });

  it('is refused if a later one was already used', () => {
    expect(verifyCode({ secret, code: codeAt(STEP - 1), time, after: STEP })).toEqual({
      ok: false,
      reason: 'used',
    });
  });

  it('is refused, without throwing, if the last step is in the future', () => {
    expect(verifyCode({ secret, code: codeAt(STEP), time, after: STEP + 1000 })).toEqual({
      ok: false,
      reason: 'used',
    });
  });

  it('is recognised by its step even with spaces in it', () => {
    const spaced = codeAt(STEP).replace(/^(...)/, '$1 ');
    expect(verifyCode({ secret, code: spaced, time, after: STEP })).toEqual({ ok: false, reason: 'used' });
  });

  it('counts for the later step if two steps of the window share it', () => {
    // Steps 46 apart with the same code, found by search. A wide window contains both.
    const seen = new Map<string, number>();
    let pair: [number, number] | undefined;
    for (let step = 0; !pair; step++) {
      const earlier = seen.get(codeAt(step));
      if (earlier !== undefined && step - earlier <= 240) pair = [earlier, step];
      seen.set(codeAt(step), step);
    }
    const [earlier, later] = pair;
    const window = { past: later - earlier, future: 0 };
    const code = codeAt(later);
    expect(verifyCode({ secret, code, time: later * 30, window })).toEqual({
      ok: true,
      step: later,
      offset: 0,
    });
    expect(verifyCode({ secret, code, time: later * 30, window, after: later }).ok).toBe(false);
  });
});

it.each([
  '１２３４５６',
  '●●●●●●',
  '0'.repeat(10_000_000),
  '🔑',
  '\ud800',
  'abcdef',
  '',
  null,
  undefined,
  0,
  Number.NaN,
  1n,
  true,
  [],
  {},
  Symbol('x'),
  Object.create(null),
])('full-width digits and other odd input give a typed result, and never throw: %#', (code) => {
  expect(verifyCode({ secret, code, time })).toEqual({ ok: false, reason: 'malformed' });
});

it('returns a typed result whatever the input', () => {
  fc.assert(
    fc.property(fc.anything(), (code) => {
      expect(verifyCode({ secret, code, time }).ok).toBe(false);
    }),
  );
});

it.each([
  [{ window: { past: -1, future: 1 } }],
  [{ window: { past: 1, future: 1.5 } }],
  [{ window: { past: 241, future: 1 } }],
  [{ after: Number.NaN }],
  [{ time: -1 }],
  [{ time: Number.NaN }],
  [{ profile: { ...DEFAULT_PROFILE, period: 0 } }],
])("throws RangeError for a caller's mistake: %j", (mistake) => {
  expect(() => verifyCode({ secret, code: '000000', time, ...mistake })).toThrow(RangeError);
});
