/** Verification of a code and the QR code on screen, compared with two popular libraries. */
import { computeCode, formatOtpauth, qrForTerminal, TotpSecret, verifyCode } from '@countersign/totp-core';
import { Secret, TOTP } from 'otpauth';
import { verifySync } from 'otplib';
import { batched, measure, type Sample } from './measure.ts';
import { type Report, timeRow } from './report.ts';

const BATCH = 200;
/** Microseconds per millisecond. */
const MICROS = 1000;
const NOW = 1_800_000_015;

/**
 * The three libraries, with a secret just read from storage as bytes. The codes alternate: a valid one for
 * each step of the window, and a wrong one.
 */
function verifiers(): Record<'ours' | 'otplib' | 'otpauth', Sample> {
  const stored = TotpSecret.generate().bytes;
  const codes = [-30, 0, 30, 3000].map((seconds) =>
    computeCode({ secret: TotpSecret.fromBytes(stored), time: NOW + seconds }),
  );
  let turn = 0;
  const next = () => codes[turn++ % codes.length] ?? '';
  const peer = () => new TOTP({ secret: new Secret({ buffer: stored.slice().buffer }) });
  const epoch = { epoch: NOW, epochTolerance: 30 };
  return {
    ours: batched(BATCH, () => verifyCode({ secret: TotpSecret.fromBytes(stored), code: next(), time: NOW })),
    otplib: batched(BATCH, () => verifySync({ secret: stored, token: next(), ...epoch })),
    otpauth: batched(BATCH, () => peer().validate({ token: next(), timestamp: NOW * 1000, window: 1 })),
  };
}

function qr(): Sample {
  const account = 'alice@example.org';
  const text = formatOtpauth({ issuer: 'Countersign', account, secret: TotpSecret.generate() });
  return batched(1, () => qrForTerminal(text, { columns: 80 }));
}

export async function run(): Promise<Report> {
  const times = await measure({ ...verifiers(), qr: qr() });
  const { ours, otplib, otpauth } = times;
  return {
    title: 'Verification of a code, and the QR code on screen',
    method:
      'SHA-1, 6 digits, window of one step each way; valid codes of all three steps and a wrong one in turn. The QR code encodes a typical otpauth URI at 80 columns, as text. Processor time.',
    columns: ['', 'median µs', '10 %', '90 %'],
    rows: [
      timeRow('totp-core verifyCode', ours, MICROS),
      timeRow('otplib verifySync', otplib, MICROS),
      timeRow('otpauth validate', otpauth, MICROS),
      timeRow('totp-core qrForTerminal', times.qr, MICROS),
    ],
    ratios: [
      { what: 'verification', ratio: ours.median * 1000, unit: 'µs', atMost: 30 },
      { what: 'otplib to ours', ratio: otplib.median / ours.median, atLeast: 1 },
      { what: 'otpauth to ours', ratio: otpauth.median / ours.median, atLeast: 1 },
      { what: 'QR code on screen', ratio: times.qr.median, unit: 'ms', atMost: 20 },
    ],
  };
}
