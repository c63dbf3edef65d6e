import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  CURRENT_SUITE,
  checkClient,
  computeVerifier,
  type ServerStart,
  type Stretch,
  startServer,
  stretchPassword,
  type TranscriptContext,
} from '@countersign/srp-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import vector from '../../packages/srp-core/test/vectors/rfc5054-appendix-b.json' with { type: 'json' };
import { withCounterpart } from '../../scripts/test/with-counterpart.ts';
import { bundleForBrowser, ENTRIES } from '../browser/bundle.mjs';
import { type OpenedPage, openPage } from '../browser/chromium.ts';
import { fromHex, hex } from '../peers/bytes.ts';

const PAGE = fileURLToPath(new URL('../browser/page.mjs', import.meta.url));
/** A stretch for a login page that a browser's JavaScript computes quickly. */
const STRETCH: Stretch = { name: 'argon2id', m: 8192, t: 1, p: 1 };

/** The Node half of the page's login: one account, one pending exchange. */
async function loginServer(username: string, password: string) {
  const suite = CURRENT_SUITE;
  const salt = randomBytes(16);
  const stretched = await stretchPassword({ password: Buffer.from(password), salt, stretch: STRETCH });
  const verifier = computeVerifier({ suite, identity: username, password: stretched, salt });
  let pending: { start: ServerStart; A: Uint8Array; context: TranscriptContext } | undefined;
  const state = { sessionKey: '' };
  const endpoints = {
    '/start': ({ username = '', A = '' }: Record<string, string>) => {
      const start = startServer({ suite, verifier });
      const binding = randomBytes(32);
      const about = { username, suite, identity: username, salt, stretch: STRETCH };
      pending = {
        start,
        A: fromHex(A),
        context: { ...about, binding },
      };
      return { salt: hex(salt), B: hex(start.B), stretch: STRETCH, binding: hex(binding) };
    },
    '/proof': ({ M1 = '' }: Record<string, string>) => {
      if (!pending) throw new Error('proof before start');
      const { start, A, context } = pending;
      const check = checkClient(start, { context, A, M1: fromHex(M1) });
      if (check.outcome !== 'proven') return { outcome: check.outcome };
      state.sessionKey = hex(check.sessionKey);
      return { outcome: check.outcome, M2: hex(check.M2) };
    },
  };
  return { endpoints, state };
}

withCounterpart('chromium', 'srp-core in headless Chromium', () => {
  let opened: OpenedPage;
  let server: Awaited<ReturnType<typeof loginServer>>;
  beforeAll(async () => {
    server = await loginServer('alice', 'correct horse ☕ battery');
    const { script } = await bundleForBrowser(`export * from ${JSON.stringify(PAGE)};`);
    opened = await openPage(script, { endpoints: server.endpoints });
  });
  afterAll(() => opened?.close());

  it('computes the exchange of RFC 5054, Appendix B', async () => {
    const answer: unknown = await opened.page.evaluate(`bundled.appendixB(${JSON.stringify(vector)})`);
    const { v, A, B, premaster_secret: premaster } = vector;
    expect(answer).toEqual({ v, A, B, premasters: [premaster, premaster] });
  });

  it('logs in to a Node server half, with the same session key on both sides', async () => {
    const answer: unknown = await opened.page.evaluate(`bundled.login('alice', 'correct horse ☕ battery')`);
    expect(server.state.sessionKey).toHaveLength(64);
    expect(answer).toEqual({ outcome: 'proven', sessionKey: server.state.sessionKey });
  });

  it('is refused with a wrong password', async () => {
    const answer: unknown = await opened.page.evaluate(`bundled.login('alice', 'correct horse ☕ cattery')`);
    expect(answer).toEqual({ outcome: 'wrong_proof' });
  });

  it('reports that it has no native engine', async () => {
    expect(await opened.page.evaluate('bundled.engineName()')).toBe('portable');
  });
});

withCounterpart('chromium', 'totp-core in headless Chromium', () => {
  let opened: OpenedPage;
  beforeAll(async () => {
    opened = await openPage((await bundleForBrowser(ENTRIES['totp-core'])).script);
  });
  afterAll(() => opened?.close());

  it('computes and verifies the codes of RFC 6238', async () => {
    const answer: unknown = await opened.page.evaluate(`(() => {
      const secret = bundled.TotpSecret.fromBytes(new TextEncoder().encode('12345678901234567890'));
      const profile = { algorithm: 'SHA1', digits: 8, period: 30 };
      return [
        bundled.computeCode({ secret, profile, time: 1111111109 }),
        bundled.verifyCode({ secret, profile, code: '07081804', time: 1111111139 }),
      ];
    })()`);
    expect(answer).toEqual(['07081804', { ok: true, step: 37037036, offset: -1 }]);
  });

  it('draws the QR code of an otpauth URI as an SVG that the browser can show', async () => {
    const size: unknown = await opened.page.evaluate(`(async () => {
      const secret = bundled.TotpSecret.generate();
      const uri = bundled.formatOtpauth({ issuer: 'Countersign', account: 'alice', secret });
      const picture = new Image();
      picture.src = 'data:image/svg+xml;utf8,' + encodeURIComponent(bundled.qrSvg(uri));
      await picture.decode();
      return picture.naturalWidth > 0 && picture.naturalWidth === picture.naturalHeight;
    })()`);
    expect(size).toBe(true);
  });
});
