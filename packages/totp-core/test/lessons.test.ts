/** Known failures of other second factors, and common requests of users: one test for each, by name. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as totp from '../src/index.ts';

const { computeCode, Enrolment, formatOtpauth, parseOtpauth, TotpSecret, verifyCode } = totp;

const NOW = 1_700_000_010;
const STEP = Math.floor(NOW / 30);
const secret = TotpSecret.fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
const codeAt = (time: number) => computeCode({ secret, time });

describe('second factor, function by function', () => {
  it('code reusable in its window', () => {
    for (const offset of [-1, 0, 1])
      for (const typedAt of [NOW, NOW + 29 - (NOW % 30)]) {
        const code = codeAt(NOW + 30 * offset);
        const first = verifyCode({ secret, code, time: typedAt, after: STEP - 2 });
        expect(first).toEqual({ ok: true, step: STEP + offset, offset });
        if (!first.ok) throw new Error(first.reason);
        expect(verifyCode({ secret, code, time: typedAt, after: first.step })).toEqual({
          ok: false,
          reason: 'used',
        });
      }
  });

  it('code with a space misses the used-code check', () => {
    const code = codeAt(NOW);
    for (const spelling of [
      `${code} `,
      ` ${code}`,
      `${code.slice(0, 3)} ${code.slice(3)}`,
      code.split('').join('-'),
    ])
      expect(verifyCode({ secret, code: spelling, time: NOW, after: STEP })).toEqual({
        ok: false,
        reason: 'used',
      });
  });

  it('replay of the code that confirmed the enrolment', () => {
    const enrolment = new Enrolment({
      issuer: 'Countersign',
      account: 'alice',
      time: NOW,
      randomBytes: () => secret.bytes,
    });
    const code = codeAt(NOW);
    const answer = enrolment.submit({ code, time: NOW });
    if (answer.outcome !== 'confirmed') throw new Error(answer.outcome);
    expect(verifyCode({ secret, code, time: NOW + 30, after: answer.step }).ok).toBe(false);
  });

  it('full-width digits or "●●●●●●" crash verify', () => {
    for (const code of ['１２３４５６', '●●●●●●', '１２３ ４５６'])
      expect(verifyCode({ secret, code, time: NOW })).toEqual({ ok: false, reason: 'malformed' });
  });

  it('secret in an error message, log, argv, QR web service', () => {
    const key = secret.toBase32();
    const account = 'a:b';
    const calls: (() => unknown)[] = [
      () => TotpSecret.fromBase32(`${key}!`),
      () => TotpSecret.fromBytes(secret.bytes.subarray(5)),
      () => formatOtpauth({ issuer: 'Countersign', account, secret }),
      () => formatOtpauth({ issuer: 'Countersign', account: 'a'.repeat(3000), secret }),
      () => computeCode({ secret, time: -1 }),
      () => verifyCode({ secret, code: '1', time: Number.NaN }),
      () =>
        totp.qrPng(`${formatOtpauth({ issuer: 'Countersign', account: 'a', secret })}${'a'.repeat(3000)}`),
      () => totp.hashRecoveryCode(new Uint8Array(32), key.slice(0, 16)),
    ];
    for (const call of calls) {
      let thrown: unknown;
      try {
        call();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(Error);
      const said = thrown instanceof Error ? `${thrown.message} ${inspect(thrown.cause)}` : '';
      expect(said).not.toContain(key.slice(0, 12));
      expect(said).not.toContain(account);
    }
    expect(inspect({ secret }) + JSON.stringify({ secret }) + String(secret)).not.toContain(key.slice(0, 8));
  });

  it('recovery codes in the clear, racy, weak', () => {
    const key = new Uint8Array(32).fill(1);
    const codes = totp.generateRecoveryCodes();
    const hashes = codes.map((code) => {
      const reading = totp.parseRecoveryCode(code);
      if (!reading.ok) throw new Error(reading.problem);
      return totp.hashRecoveryCode(key, reading.code);
    });
    // 15 characters of 5 bits; a single hash stands for each, to be deleted conditionally.
    expect(new Set(codes.map((code) => code.replaceAll('-', '').slice(0, 15))).size).toBe(10);
    expect(new Set(hashes.map((hash) => Buffer.from(hash).toString('hex'))).size).toBe(10);
    const [code] = codes;
    const match = totp.matchRecoveryCode({ key, hashes, code });
    if (!match.ok) throw new Error(match.reason);
    const left = hashes.filter((hash) => hash !== match.spent);
    expect(left).toHaveLength(9);
    expect(totp.matchRecoveryCode({ key, hashes: left, code })).toEqual({ ok: false, reason: 'unknown' });
  });
});

describe('what users ask for', () => {
  it('"invalid code" without a reason', () => {
    const causes = new Set<string>();
    const tell = (by: totp.TotpProfile, time: number, using = secret) => {
      const enrolment = new Enrolment({
        issuer: 'C',
        account: 'a',
        time: NOW,
        randomBytes: () => secret.bytes,
      });
      const answer = enrolment.submit({ code: computeCode({ secret: using, profile: by, time }), time: NOW });
      if (answer.outcome !== 'rejected') throw new Error(answer.outcome);
      causes.add(answer.diagnosis.cause);
      expect(answer.message).toMatch(/\. |\.$/);
    };
    tell(totp.DEFAULT_PROFILE, NOW - 600);
    tell({ ...totp.DEFAULT_PROFILE, algorithm: 'SHA256' }, NOW);
    tell({ ...totp.DEFAULT_PROFILE, digits: 8 }, NOW);
    tell(totp.DEFAULT_PROFILE, NOW, TotpSecret.fromBytes(Buffer.from(secret.toBase32())));
    expect([...causes]).toEqual(['clock', 'algorithm', 'digits', 'secret_as_text']);
  });

  it('QR unreadable: parameters missing, = padding', () => {
    const uri = formatOtpauth({
      issuer: 'Countersign',
      account: 'a',
      secret: TotpSecret.generate({ bytes: 16 }),
    });
    expect(uri).toMatch(/\?secret=[A-Z2-7]{26}&issuer=Countersign$/);
  });

  it('QR unreadable: inverted in dark terminals, too big', () => {
    const uri = formatOtpauth({ issuer: 'Countersign', account: 'alice@example.com', secret });
    const qr = totp.qrForTerminal(uri, { columns: 60, rows: 30 });
    if (!qr.ok) throw new Error(qr.problem);
    for (const line of qr.text.split('\n')) expect(line).toContain('[48;5;231m    ');
    expect(totp.qrForTerminal(uri, { columns: 40 })).toMatchObject({ ok: false, problem: 'does_not_fit' });
  });

  it('apps that ignore parameters and then show wrong codes', () => {
    const warned = totp.compatibilityWarnings({ algorithm: 'SHA256', digits: 8, period: 60 });
    for (const parameter of ['algorithm', 'digits', 'period'] as const)
      expect(warned.some((warning) => warning.parameter === parameter)).toBe(true);
  });

  it('recovery codes at all, typed back once at set-up, any order', () => {
    const key = new Uint8Array(32).fill(1);
    const codes = totp.generateRecoveryCodes();
    const canonical = (typed: string) => {
      const reading = totp.parseRecoveryCode(typed);
      if (!reading.ok) throw new Error(reading.problem);
      return reading.code;
    };
    let hashes = codes.map((code) => totp.hashRecoveryCode(key, canonical(code)));
    for (const code of codes.toReversed()) {
      const typedBack = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
      expect(canonical(typedBack)).toBe(canonical(code));
      const match = totp.matchRecoveryCode({ key, hashes, code: typedBack });
      if (!match.ok) throw new Error(match.reason);
      hashes = hashes.filter((hash) => hash !== match.spent);
    }
    expect(hashes).toEqual([]);
  });

  it('raising the minimum secret length locked old users out', () => {
    const old = TotpSecret.fromBase32('JBSWY3DPEHPK3PXP', { imported: true });
    expect(old.weak).toBe(true);
    const code = computeCode({ secret: old, time: NOW });
    expect(verifyCode({ secret: old, code, time: NOW })).toMatchObject({ ok: true });
    expect(() => TotpSecret.fromBytes(old.bytes)).toThrow(expect.objectContaining({ code: 'short_secret' }));
  });

  it('a future window separate from the past one; server a little slow', () => {
    const ahead = { secret, code: codeAt(NOW + 60), time: NOW };
    expect(verifyCode({ ...ahead, window: { past: 0, future: 2 } })).toEqual({
      ok: true,
      step: STEP + 2,
      offset: 2,
    });
    expect(verifyCode({ ...ahead, window: { past: 2, future: 0 } })).toEqual({ ok: false, reason: 'wrong' });
    expect(verifyCode({ secret, code: codeAt(NOW + 30), time: NOW })).toMatchObject({ ok: true, offset: 1 });
  });

  it('migration in and out', () => {
    const exported =
      'otpauth://totp/Cloudflare: bob?secret=gezd gnbv gy3t qojq gezd gnbv gy3t qojq&issuer=Cloudflare';
    const reading = parseOtpauth(exported, { mode: 'lenient' });
    if (!reading.ok || reading.otpauth.type !== 'totp') throw new Error('not read');
    const { issuer = '', account, profile } = reading.otpauth;
    const out = formatOtpauth({ issuer, account, secret: reading.otpauth.secret, profile });
    expect(parseOtpauth(out)).toMatchObject({
      ok: true,
      otpauth: { issuer: 'Cloudflare', account: 'bob' },
      warnings: [],
    });
    expect(out).toContain(secret.toBase32());
  });
});
