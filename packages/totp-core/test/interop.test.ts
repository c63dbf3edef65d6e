import { describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import {
  computeCode,
  formatOtpauth,
  parseOtpauth,
  type TotpProfile,
  TotpSecret,
  verifyCode,
} from '../src/index.ts';
import { compareWithOathtool } from './compare-with-oathtool.mjs';
import { runPython } from './peers.ts';

withCounterpart(['oathtool', 'sh'], 'compared with oathtool', () => {
  describe('oathtool', () => {
    it('shows the same 1,000 codes for random secrets, hashes, digits, periods and times', async () => {
      expect(await compareWithOathtool(100, 10)).toEqual({ compared: 1_000, differences: [] });
    });
  });
});

withCounterpart('python3-pyotp', 'compared with pyotp', () => {
  describe('pyotp', () => {
    const profiles: TotpProfile[] = (['SHA1', 'SHA256', 'SHA512'] as const).flatMap((algorithm) =>
      ([6, 7, 8] as const).flatMap((digits) => [30, 60].map((period) => ({ algorithm, digits, period }))),
    );
    const labels = [
      { issuer: 'Countersign', account: 'alice@example.com' },
      { issuer: 'Große Firma', account: "o'neil/x (home)@例え.jp" },
      { issuer: 'Big Corp & Söhne', account: 'o\'neil+test/"x"@例え.jp' },
      { issuer: 'A+B', account: '100% me?#' },
    ];
    const written = labels.flatMap((names) =>
      profiles.map((profile, at) => {
        const secret = TotpSecret.generate({ bytes: 16 + at });
        return { ...names, secret, profile, time: 1_234_567_890 + at * 1_000_003 };
      }),
    );

    it('reads our URIs as intended, and shows the same codes for them', () => {
      // It decodes a URI before splitting it, so it would take these characters of a name for syntax.
      const read = written.filter(({ issuer, account }) => !/[&+?#%]/.test(issuer + account));
      expect(read.length).toBeGreaterThanOrEqual(2 * profiles.length);
      const theirs = runPython(
        `
import json, sys, pyotp
def read(uri, time):
    totp = pyotp.parse_uri(uri)
    return [totp.issuer, totp.name, totp.secret, totp.digest().name, totp.digits, totp.interval, totp.at(time)]
print(json.dumps([read(*one) for one in json.load(sys.stdin)]))`,
        read.map((one) => [formatOtpauth(one), one.time]),
      );
      expect(theirs).toEqual(
        read.map(({ issuer, account, secret, profile, time }) => [
          issuer,
          account,
          secret.toBase32(),
          profile.algorithm.toLowerCase(),
          profile.digits,
          profile.period,
          computeCode({ secret, profile, time }),
        ]),
      );
    });

    it('writes URIs that are read strictly, and codes that are accepted', () => {
      const theirs = runPython(
        `
import hashlib, json, sys, pyotp
def write(issuer, account, secret, algorithm, digits, period, time):
    totp = pyotp.TOTP(secret, digits, getattr(hashlib, algorithm.lower()), account, issuer, period)
    return [totp.provisioning_uri(), totp.at(time)]
print(json.dumps([write(*one) for one in json.load(sys.stdin)]))`,
        written.map(({ issuer, account, secret, profile: { algorithm, digits, period }, time }) => [
          issuer,
          account,
          secret.toBase32(),
          algorithm,
          digits,
          period,
          time,
        ]),
      ) as [string, string][];
      expect(theirs).toHaveLength(written.length);
      for (const [at, [uri, code]] of theirs.entries()) {
        const { issuer, account, secret, profile, time } = written[at]!;
        const reading = parseOtpauth(uri);
        if (!reading.ok || reading.otpauth.type !== 'totp') throw new Error(uri);
        expect(reading.otpauth).toMatchObject({ issuer, account, profile });
        expect(reading.otpauth.secret.toBase32()).toBe(secret.toBase32());
        expect(verifyCode({ ...reading.otpauth, code, time })).toMatchObject({ ok: true, offset: 0 });
      }
    });
  });
});
