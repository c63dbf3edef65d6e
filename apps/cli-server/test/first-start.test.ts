import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, Inside, Program } from './program.ts';

import { ONCE, spawnStart, start, starting, tryTo } from './starting.ts';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('a new store', () => {
  it.each(['--passphrase-file', '--key-file'])(
    'is not created by a mistyped directory with %s',
    async (option) => {
      const files = folder();
      const secret = join(files, 'secret');
      writeFileSync(secret, `${'x'.repeat(32)}\n`, { mode: 0o600 });
      const dir = join(files, 'data');
      const { exit, stderr } = await tryTo(starting(dir, option, secret));
      expect({ exit, stderr }).toEqual({ exit: 7, stderr: expect.stringContaining('use --create') });
      expect(readdirSync(files)).toEqual(['secret']);
      const made = start(dir, '', option, secret, '--create');
      await made.listening();
      expect(made.stdout).toContain('"created":true');
      await made.end();
      const again = start(dir, '', option, secret);
      await again.listening();
      expect(again.stdout).not.toContain('created');
      await again.end();
    },
  );

  it('is announced, and confirmed by two equal lines, which later starts accept as well', async () => {
    const dir = join(folder(), 'data');
    const argv = ['start', '--data-dir', dir, '--port', '0'];
    const once = new Inside(argv, { input: ONCE });
    expect(await once.ended).toBe(2);
    expect(once.stderr).toContain('Input ended while this was being asked for: Repeat the passphrase.');
    const different = new Inside(argv, { input: `${ONCE}correct house\n` });
    expect(await different.ended).toBe(2);
    const made = new Inside(argv, { input: ONCE + ONCE });
    await made.prints(new RegExp(`^New store +lmdb:${dir}/store$`, 'm'));
    await made.end();
    for (const input of [ONCE, ONCE + ONCE]) {
      const later = new Inside(argv, { input });
      await later.prints(/^Listening/m);
      expect(later.stdout).not.toContain('New store');
      await later.end();
    }
    const surplus = new Inside(argv, { input: `${ONCE}yes\n` });
    expect(await surplus.ended).toBe(2);
    const three = new Inside(argv, { input: ONCE + ONCE + ONCE });
    expect(await three.ended).toBe(2);
  });
});

describe('the first start', () => {
  it('asks twice, creates a private store and certificate, and later asks once', async () => {
    const dir = join(folder(), 'data');
    const first = new Program(['--data-dir', dir, '--port', '0'], { input: ONCE + ONCE });
    const [, address] = await first.prints(/^Listening on {2}(127\.0\.0\.1:\d+)$/m);
    const [, pin] = await first.prints(/^Pin +(sha256:[\w-]{43})$/m);
    await first.prints(/^Registration +open to anyone/m);
    await first.prints(new RegExp(`^To register +countersign register --server ${address}$`, 'm'));
    await first.prints(new RegExp(`^To log in +countersign login --server ${address}$`, 'm'));
    expect(
      ['', 'store', 'store/data.mdb', 'tls', 'tls/key.pem'].map((name) => modeOf(join(dir, name))),
    ).toEqual(['700', '700', '600', '700', '600']);
    first.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const certificate = new X509Certificate(readFileSync(join(dir, 'tls/cert.pem')));
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(certificate.subjectAltName).toContain('DNS:localhost');
    const second = spawnStart(dir);
    expect((await second.listening()).pin).toBe(pin);
    second.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });

  it.each([
    ['a mistyped repetition', `${ONCE}correct house\n`, /The passphrases do not match/],
    ['a short passphrase', 'seven77\nseven77\n', /at least 8 characters/],
    ['input that ends before the repetition', ONCE, /Input ended while this was being asked for/],
  ])('%s ends with 2 and leaves nothing behind', async (_what, input, words) => {
    const dir = join(folder(), 'data');
    const { exit, stderr } = await tryTo(['--data-dir', dir], { input });
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
    expect(() => statSync(dir)).toThrow('ENOENT');
  });

  it('closes an existing empty directory to other users', async () => {
    const dir = join(folder(), 'data');
    mkdirSync(dir, { mode: 0o755 });
    const program = start(dir, ONCE + ONCE);
    await program.listening();
    expect(modeOf(dir)).toBe('700');
  });
});
