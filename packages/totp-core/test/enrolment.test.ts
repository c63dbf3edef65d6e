import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  computeCode,
  DEFAULT_PROFILE,
  Enrolment,
  type EnrolmentOptions,
  explainDiagnosis,
  parseOtpauth,
  type TotpProfile,
  TotpSecret,
} from '../src/index.ts';

const START = 1_700_000_010;

/** Secrets that look random and are the same in every run, so that codes never match by chance. */
let seed = 0;
beforeEach(() => {
  seed = 0;
});
const randomBytes = (length: number) =>
  createHash('sha256').update(`secret ${seed++}`).digest().subarray(0, length);

function enrol(options: Partial<EnrolmentOptions> = {}) {
  const enrolment = new Enrolment({
    issuer: 'Countersign',
    account: 'alice',
    time: START,
    randomBytes,
    ...options,
  });
  return { enrolment, secret: scanned(enrolment) };
}

/** The secret in an app that scanned the code. */
function scanned(enrolment: Enrolment): TotpSecret {
  const reading = parseOtpauth(enrolment.reveal().otpauth);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.otpauth.secret;
}

/** A 6-digit code that is not valid at any nearby time, for any reading of the secret. */
function wrongCode(enrolment: Enrolment, secret: TotpSecret, time = START): string {
  for (let number = 0; ; number++) {
    const code = String(number).padStart(6, '0');
    const probe = new Enrolment({
      issuer: 'x',
      account: 'x',
      time,
      profile: enrolment.profile,
      randomBytes: () => secret.bytes,
    }).submit({ code, time });
    if (probe.outcome === 'rejected' && probe.diagnosis.cause === 'unknown') return code;
  }
}

describe('an enrolment', () => {
  it('is confirmed by a first code, and reports the step to remember', () => {
    const { enrolment, secret } = enrol();
    const answer = enrolment.submit({ code: computeCode({ secret, time: START }), time: START + 5 });
    expect(answer).toMatchObject({
      outcome: 'confirmed',
      profile: DEFAULT_PROFILE,
      step: Math.floor(START / 30),
    });
    if (answer.outcome !== 'confirmed') throw new Error(answer.outcome);
    expect(answer.secret.toBase32()).toBe(secret.toBase32());
  });

  it('shows a URI for the QR code and the same key in groups for typing', () => {
    const { enrolment, secret } = enrol();
    const { otpauth, key } = enrolment.reveal();
    expect(otpauth).toMatch(/^otpauth:\/\/totp\/Countersign:alice\?secret=[A-Z2-7]{32}&issuer=Countersign$/);
    expect(key).toMatch(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
    expect(key.replaceAll(' ', '')).toBe(secret.toBase32());
  });

  it('ends at the fifth wrong code', () => {
    const { enrolment, secret } = enrol();
    const code = wrongCode(enrolment, secret);
    for (const attemptsLeft of [4, 3, 2, 1, 0]) {
      expect(enrolment.submit({ code, time: START })).toMatchObject({
        outcome: 'rejected',
        reason: 'wrong',
        attemptsLeft,
      });
      expect(enrolment.attemptsLeft).toBe(attemptsLeft);
    }
    const right = computeCode({ secret, time: START });
    expect(enrolment.submit({ code: right, time: START })).toEqual({ outcome: 'ended', reason: 'exhausted' });
  });

  it('ends in the second it expires, even for a correct code', () => {
    const lifetime = 120;
    const last = START + lifetime - 1;
    const early = enrol({ lifetime });
    const late = enrol({ lifetime });
    expect(early.enrolment.expiresAt).toBe(START + lifetime);
    const code = (secret: TotpSecret, time: number) => ({ code: computeCode({ secret, time }), time });
    expect(early.enrolment.submit(code(early.secret, last)).outcome).toBe('confirmed');
    expect(late.enrolment.submit(code(late.secret, last + 1))).toEqual({
      outcome: 'ended',
      reason: 'expired',
    });
    expect(late.enrolment.submit(code(late.secret, last))).toEqual({ outcome: 'ended', reason: 'expired' });
  });

  it('confirms once', () => {
    const { enrolment, secret } = enrol();
    const code = computeCode({ secret, time: START });
    enrolment.submit({ code, time: START });
    expect(enrolment.submit({ code, time: START })).toEqual({ outcome: 'ended', reason: 'confirmed' });
    expect(() => enrolment.reveal()).toThrow(TypeError);
    expect(() => enrolment.renew()).toThrow(TypeError);
  });

  it.each([
    '',
    '12345',
    '1234567',
    '１２３４５６',
    'hello',
    null,
    undefined,
    123456,
    {},
    '1'.repeat(10_000_000),
  ])('asks for digits, and charges nothing, when it gets input %#', (code) => {
    const { enrolment } = enrol();
    expect(enrolment.submit({ code, time: START })).toEqual({
      outcome: 'rejected',
      reason: 'malformed',
      diagnosis: { cause: 'unknown' },
      message: 'Enter the 6 digits that the app shows.',
      attemptsLeft: 5,
    });
  });

  it('recognises a code of an earlier QR code after another was requested', () => {
    const { enrolment, secret: first } = enrol();
    enrolment.renew();
    const second = scanned(enrolment);
    expect(second.toBase32()).not.toBe(first.toBase32());
    expect(
      enrolment.submit({ code: computeCode({ secret: first, time: START }), time: START }),
    ).toMatchObject({
      outcome: 'rejected',
      diagnosis: { cause: 'earlier_qr' },
      attemptsLeft: 4,
    });
    const right = { code: computeCode({ secret: second, time: START }), time: START };
    expect(enrolment.submit(right).outcome).toBe('confirmed');
  });

  it('reveals nothing to another enrolment of the same name', () => {
    const { secret } = enrol();
    const other = enrol();
    const answer = other.enrolment.submit({ code: computeCode({ secret, time: START }), time: START });
    expect(answer).toMatchObject({ outcome: 'rejected', diagnosis: { cause: 'unknown' } });
  });

  it('prints neither its secret nor its URI', () => {
    const { enrolment, secret } = enrol();
    const printed = [
      inspect(enrolment, { depth: 9, showHidden: true }),
      JSON.stringify(enrolment),
      `${enrolment}`,
    ];
    for (const text of printed) {
      expect(text).not.toContain(secret.toBase32());
      expect(text).not.toContain('otpauth');
    }
  });

  it.each([
    { lifetime: 0 },
    { lifetime: Number.NaN },
    { attempts: 0 },
    { attempts: 1.5 },
    { time: -1 },
    { time: Number.NaN },
    { profile: { ...DEFAULT_PROFILE, period: 0 } },
  ])('refuses to start with %j', (options) => {
    expect(() => enrol(options)).toThrow(RangeError);
  });

  it.each([{ issuer: 'A:B' }, { account: '' }, { account: 'a\nb' }])('refuses the names %j', (options) => {
    expect(() => enrol(options)).toThrow(expect.objectContaining({ code: 'bad_label' }));
  });
});

describe('a wrong first code is explained', () => {
  const strict: TotpProfile = { algorithm: 'SHA256', digits: 8, period: 60 };

  it.each([
    ['an app that ignores the algorithm', strict, { ...strict, algorithm: 'SHA1' }, 'algorithm', /SHA1/],
    [
      'an app that ignores the digits',
      { ...strict, algorithm: 'SHA1' },
      { digits: 6, algorithm: 'SHA1', period: 60 },
      'digits',
      /6 digits/,
    ],
    [
      'an app that ignores the period',
      { ...DEFAULT_PROFILE, period: 60 },
      DEFAULT_PROFILE,
      'period',
      /every 30 seconds/,
    ],
    ['an app that ignores everything', strict, DEFAULT_PROFILE, 'algorithm', /SHA1/],
    [
      'an app set to 8 digits by hand',
      DEFAULT_PROFILE,
      { ...DEFAULT_PROFILE, digits: 8 },
      'digits',
      /8 digits/,
    ],
    [
      'an app set to SHA512 by hand',
      DEFAULT_PROFILE,
      { ...DEFAULT_PROFILE, algorithm: 'SHA512' },
      'algorithm',
      /SHA512/,
    ],
  ] satisfies [string, TotpProfile, TotpProfile, string, RegExp][])(
    'by %s',
    (_, profile, app, cause, words) => {
      const { enrolment, secret } = enrol({ profile });
      const code = computeCode({ secret, profile: app, time: START });
      const answer = enrolment.submit({ code, time: START });
      expect(answer).toMatchObject({
        outcome: 'rejected',
        diagnosis: { cause },
        message: expect.stringMatching(words),
      });
    },
  );

  it.each([
    [-7200, 'about 120 minutes slow'],
    [-240, 'about 4 minutes slow'],
    [-60, 'about 60 seconds slow'],
    [60, 'about 60 seconds fast'],
    [3600, 'about 60 minutes fast'],
    [7200, 'about 120 minutes fast'],
  ])('by a clock that is off by %i s', (offsetSeconds, words) => {
    const { enrolment, secret } = enrol();
    const answer = enrolment.submit({
      code: computeCode({ secret, time: START + offsetSeconds }),
      time: START,
    });
    expect(answer).toMatchObject({
      outcome: 'rejected',
      reason: 'wrong',
      diagnosis: { cause: 'clock', offsetSeconds },
      message: expect.stringContaining(words),
    });
  });

  it.each([-7260, 7260])('but not by a clock off by %i s, beyond the search', (offsetSeconds) => {
    const { enrolment, secret } = enrol();
    const answer = enrolment.submit({
      code: computeCode({ secret, time: START + offsetSeconds }),
      time: START,
    });
    expect(answer).toMatchObject({ outcome: 'rejected', diagnosis: { cause: 'unknown' } });
  });

  it.each([
    (key: string) => key,
    (key: string) => key.toLowerCase(),
    (key: string) => key.match(/.{4}/g)!.join(' '),
  ])('by a key that was read as text', (spelling) => {
    const { enrolment, secret } = enrol();
    const misread = TotpSecret.fromBytes(Buffer.from(spelling(secret.toBase32())));
    const answer = enrolment.submit({ code: computeCode({ secret: misread, time: START }), time: START });
    expect(answer).toMatchObject({
      diagnosis: { cause: 'secret_as_text' },
      message: expect.stringContaining('base32'),
    });
  });

  it('in the first seconds of 1970 too', () => {
    const { enrolment, secret } = enrol({ time: 0 });
    const answer = enrolment.submit({ code: computeCode({ secret, time: 3600 }), time: 0 });
    expect(answer).toMatchObject({ diagnosis: { cause: 'clock', offsetSeconds: 3600 } });
  });

  it.each(['clock', 'algorithm', 'digits', 'period', 'secret_as_text', 'earlier_qr', 'unknown'] as const)(
    'in whole sentences even if only the cause %s is known',
    (cause) => {
      const sentences = explainDiagnosis({ cause });
      expect(sentences).toMatch(/^(?:The|This) \w[^.]*\.(?: [A-Z][^.]*\.)?$/);
      expect(sentences).not.toMatch(/undefined|NaN| {2}/);
    },
  );

  it('by nothing if nothing matches', () => {
    const { enrolment, secret } = enrol();
    const answer = enrolment.submit({ code: wrongCode(enrolment, secret), time: START });
    expect(answer).toMatchObject({
      diagnosis: { cause: 'unknown' },
      message: expect.stringMatching(/^The code is wrong\./),
    });
  });
});
