import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { bundleForBrowser } from './bundle-for-browser.mjs';

it('bundles for browsers without Node built-ins, under 80 KB', async () => {
  const { script, bytes, gzipped } = await bundleForBrowser();
  expect(script).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\b/);
  // Importing a built-in makes bundling fail; interop/test/bundle.test.ts tests that.
  // Nothing that a URI names is ever fetched.
  expect(script).not.toMatch(/\bfetch\b|XMLHttpRequest|WebSocket|importScripts|\bimport\(/);
  expect(bytes).toBeLessThan(80_000);
  expect(gzipped).toBeLessThan(28_000);
});

it('runs with nothing but the language, crypto and TextEncoder', async () => {
  const { script } = await bundleForBrowser();
  const context = createContext({ crypto, TextEncoder, TextDecoder });
  const answer: unknown = runInContext(
    `${script};
    const secret = totp.TotpSecret.generate();
    const otpauth = totp.formatOtpauth({ issuer: 'Countersign', account: 'alice', secret });
    const code = totp.computeCode({ secret, time: 59 });
    const [recovery] = totp.generateRecoveryCodes();
    JSON.stringify([
      totp.parseOtpauth(otpauth).ok,
      totp.verifyCode({ secret, code, time: 59 }),
      totp.parseRecoveryCode(recovery).ok,
      totp.qrForTerminal(otpauth, { columns: 80 }).ok,
      totp.qrSvg(otpauth).startsWith('<svg'),
      totp.qrPng(otpauth)[1] === 0x50,
      String(secret),
    ])`,
    context,
  );
  expect(JSON.parse(String(answer))).toEqual([
    true,
    { ok: true, step: 1, offset: 0 },
    true,
    true,
    true,
    true,
    '[redacted]',
  ]);
});
