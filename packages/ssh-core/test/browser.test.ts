import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { bundleForBrowser, ENTRIES } from '../../../interop/browser/bundle.mjs';
import { lineOf } from './vectors.ts';

it('runs with nothing but the language, crypto, TextEncoder and TextDecoder', async () => {
  const { script } = await bundleForBrowser(ENTRIES['ssh-core']);
  // One Uint8Array for both: that of the encoder's results must be that of the script.
  const context = createContext({ crypto, TextEncoder, TextDecoder, Uint8Array, line: lineOf('p521') });
  const answer: unknown = await runInContext(
    `${script};
    (async () => {
      const key = bundled.parsePublicKey(line);
      const authority = bundled.ed25519PublicKey(new Uint8Array(32));
      const sign = async () => new Uint8Array(64);
      const serial = bundled.makeSerial({ time: 1800000000, randomBits: 1 });
      const content = { key, serial, keyId: 'x', principals: ['web'], validAfter: 1, validBefore: 2 };
      const certificate = await bundled.issueCertificate({ ...content, authority, sign });
      const read = bundled.parseCertificate(bundled.formatLine(certificate));
      const certificates = [{ authority, ranges: [], serials: [serial] }];
      const krl = bundled.encodeKrl({ version: 1, generatedAt: 1, certificates });
      return JSON.stringify([
        bundled.fingerprint(read.key) === bundled.fingerprint(key),
        bundled.decodeKrl(krl).certificates[0].serials[0] === read.serial,
        new bundled.AgentReplyDecoder().push(Uint8Array.of(0, 0, 0, 1, 6)).type,
      ]);
    })()`,
    context,
  );
  expect(JSON.parse(String(answer))).toEqual([true, true, 'success']);
});
