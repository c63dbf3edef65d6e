import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withCounterpart } from '../../scripts/test/with-counterpart.ts';
import { bundleForBrowser } from '../browser/bundle.mjs';
import { openPage } from '../browser/chromium.ts';

const PAGE = fileURLToPath(new URL('../../examples/browser/page.js', import.meta.url));

withCounterpart('chromium', 'examples/browser/page.js', () => {
  it('registers a password and enrols an authenticator in Chromium', async () => {
    const { script } = await bundleForBrowser(readFileSync(PAGE, 'utf8'));
    const { page, close } = await openPage(script);
    try {
      const result = await page.evaluate(`(async () => {
        const { register, showEnrolment, codeOf } = bundled;
        const { salt, verifier } = await register('alice', 'correct horse battery');
        const { otpauth, confirm } = showEnrolment(document.body, 'alice');
        const drawn = document.querySelector('svg') !== null;
        return [salt.length, verifier.length, drawn, confirm('000'), confirm(codeOf(otpauth))];
      })()`);
      expect(result).toEqual([16, 384, true, 'rejected', 'confirmed']);
    } finally {
      await close();
    }
  });
});
