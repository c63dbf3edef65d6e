import { describe, expect, it } from 'vitest';
import {
  computeCode,
  computeHotp,
  computeSteamCode,
  type Otpauth,
  parseOtpauth,
  type ReadingMode,
  type TotpAlgorithm,
} from '../src/index.ts';
import { vectors } from './vectors.ts';

interface Case {
  id: string;
  uri: string;
  strict: string;
  lenient: string;
  parsed: {
    type: string;
    issuer: string | null;
    account: string;
    secret_hex: string;
    algorithm: TotpAlgorithm;
    digits: number;
    period?: number;
    counter?: number | string;
  } | null;
  warnings_strict?: string[];
  warnings_lenient?: string[];
  code?: { time: number; counter: number | string; value: string };
}

const { cases } = vectors<{ cases: Case[] }>('otpauth-uris');

/** A reading in the terms of the vectors. */
function inVectorWords(otpauth: Otpauth): Case['parsed'] {
  const { type, issuer = null, account, secret } = otpauth;
  const shared = { type, issuer, account, secret_hex: Buffer.from(secret.bytes).toString('hex') };
  if (otpauth.type === 'totp') return { ...shared, ...otpauth.profile };
  if (otpauth.type === 'steam') return { ...shared, algorithm: 'SHA1', digits: 5, period: 30 };
  const { algorithm, digits, counter } = otpauth;
  return { ...shared, algorithm, digits, counter: String(counter) };
}

function codeOf(otpauth: Otpauth, time: number): string {
  if (otpauth.type === 'totp') return computeCode({ ...otpauth, time });
  if (otpauth.type === 'hotp') return computeHotp(otpauth);
  return computeSteamCode({ ...otpauth, time });
}

describe.each(['strict', 'lenient'] satisfies ReadingMode[])('a %s reading', (mode) => {
  it.each(cases)('$id', (given) => {
    const reading = parseOtpauth(given.uri, { mode });
    if (given[mode] !== 'accept') {
      expect(reading).toEqual({ ok: false, problem: given[mode] });
      return;
    }
    if (!reading.ok) throw new Error(reading.problem);
    const wanted = given.parsed;
    expect(inVectorWords(reading.otpauth)).toEqual(
      wanted?.counter === undefined ? wanted : { ...wanted, counter: String(wanted.counter) },
    );
    expect(reading.warnings).toEqual(given[`warnings_${mode}`]);
    expect(codeOf(reading.otpauth, given.code!.time)).toBe(given.code!.value);
  });
});
