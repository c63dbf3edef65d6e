import { generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { fingerprint, formatLine, parsePublicKey } from '../src/index.ts';
import { decodePublicKey } from '../src/keys/public-key.ts';
import { blobOf } from './blobs.ts';
import { refusal } from './refusal.ts';
import { sshKeygen, sshKeygenAccepts } from './ssh-keygen.ts';
import { lineOf } from './vectors.ts';

withCounterpart('ssh-keygen', 'compared with ssh-keygen', () => {
  it('ssh-keygen shows the same fingerprints of 100 new keys', async () => {
    const pairs = Array.from({ length: 25 }, () => [
      generateKeyPairSync('ed25519'),
      ...['P-256', 'P-384', 'P-521'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve })),
    ]).flat();
    const keys = pairs.map(({ publicKey }) => decodePublicKey(blobOf(publicKey)));
    const shown = await sshKeygen(['-l'], keys.map((key) => `${formatLine(key, 'alice')}\n`).join(''));
    expect(shown.trim().split('\n')).toEqual(
      keys.map((key) => expect.stringContaining(` ${fingerprint(key)} alice (`)),
    );
  });

  it.each(['p256', 'p384', 'p521'])('ssh-keygen refuses the same damaged points of %s', async (name) => {
    const [kind, text = ''] = lineOf(name).split(' ');
    const blob = Buffer.from(text, 'base64');
    // Bits of x, of y, of the form, and none.
    for (const at of [0, 1, 40, 60, blob.length - 1, blob.length]) {
      const damaged = Buffer.from(blob);
      const place = at === 0 ? damaged.length - (name === 'p521' ? 133 : name === 'p384' ? 97 : 65) : at;
      if (at < blob.length) damaged.writeUInt8(damaged.readUInt8(place) ^ 1, place);
      const line = `${kind} ${damaged.toString('base64')}`;
      const isAccepted = refusal(() => parsePublicKey(line)) === undefined;
      expect(isAccepted).toBe(at === blob.length);
      expect(await sshKeygenAccepts(['-l'], `${line}\n`)).toBe(isAccepted);
    }
  });
});
