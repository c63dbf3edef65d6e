import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { dataDir, folder } from './program.ts';

import { ONCE, start, tryTo } from './starting.ts';

describe('a start that cannot work ends with one line and its exit code', () => {
  it('a port in use: 6', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const program = start(await dataDir(), ONCE, '--port', String(port));
    expect(await program.ended).toBe(6);
    expect(program.stderr).toMatch(
      /^Error: Another program listens at 127\.0\.0\.1:\d+ already\. Stop it, or choose another --port\.\n$/m,
    );
  });

  it('a directory with other things in it: 7', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'letter.txt'), 'Dear');
    const { exit, stderr } = await tryTo(['--data-dir', dir]);
    expect(exit).toBe(7);
    expect(stderr).toContain('holds other things');
    expect(readdirSync(dir)).toEqual(['letter.txt']);
  });

  withCounterpart('linux', 'on Linux', () => {
    it('a place where no directory can be created: 7', async () => {
      for (const args of [
        ['--data-dir', '/proc/countersign/data'],
        ['--store', 'lmdb:/proc/countersign'],
      ]) {
        const input = ONCE + ONCE;
        const { exit, stderr } = await tryTo(['--data-dir', join(folder(), 'data'), ...args], { input });
        expect(exit).toBe(7);
        expect(stderr).toMatch(/\/proc\/countersign(\/data)? cannot be used[:.]/);
      }
    });
  });

  it('another file under the name of the store: 7', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'store'));
    writeFileSync(join(dir, 'store/data.mdb'), 'no database of any kind '.repeat(1000));
    const program = start(dir);
    expect(await program.ended).toBe(7);
    expect(program.stderr).toContain('was not written by this software');
  });

  it('a store directory with other things in it: 7', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'store'));
    writeFileSync(join(dir, 'store/photo.jpg'), 'no store');
    const { exit, stderr } = await tryTo(['--data-dir', dir]);
    expect(exit).toBe(7);
    expect(stderr).toContain('/store holds other things');
  });

  it.each([
    [
      'an unknown option',
      ['--prot', '1'],
      /Unknown option '--prot'\. Did you mean --port\? See countersign-server start --help\./,
    ],
    ['an unknown command', ['strat'], /Unknown command 'strat'\. Did you mean start\?/],
    ['a port that is none', ['--port', '65536'], /'65536' is invalid\. Give a whole number from 0 to 65535/],
    ['an issuer without https', ['--issuer-url', 'http://login.example.org'], /Give an address with https/],
    ['an issuer with a path', ['--issuer-url', 'https://login.example.org/a'], /Give only the origin/],
    ['an issuer in capitals', ['--issuer-url', 'https://Login.example.org'], /Write it as https:\/\/login\./],
    ['half an identity', ['--tls-cert', '/etc/hostname'], /--tls-cert and --tls-key must be used together/],
    [
      'a key that is not there',
      ['--tls-cert', '/nowhere', '--tls-key', '/nowhere'],
      /\/nowhere cannot be opened/,
    ],
    ['a key that is none', ['--tls-cert', notPem(), '--tls-key', notPem()], /Not a certificate in PEM/],
    [
      'an address that is not one of a store',
      ['--store', 'mysql://db'],
      /"mysql:\/\/db" is not the address of a store/,
    ],
    [
      'a secret file that is not there',
      ['--create', '--passphrase-file', '/nowhere'],
      /\/nowhere cannot be opened/,
    ],
  ])('%s: 2', async (_what, args, words) => {
    const env = { COUNTERSIGN_DATA_DIR: join(folder(), 'data') };
    const { exit, stderr } = await tryTo(args, { env });
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['{"code":{"perStep":0}}', /The limit code\.perStep in /],
    ['{"code":{"perStap":5}}', /The limit code\.perStap in /],
    ['{"connections":"many"}', /The limit connections in /],
    ['[]', /The limits in /],
    ['nonsense', /The file .* is not JSON\./],
  ])('limits such as %s: 2', async (text, words) => {
    const file = join(folder(), 'limits.json');
    writeFileSync(file, text);
    const { exit, stderr } = await tryTo(['--data-dir', join(folder(), 'data'), '--limits', file]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
  });
});

function notPem(): string {
  const dir = mkdtempSync(join(tmpdir(), 'not-pem-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'note.txt');
  writeFileSync(path, 'not a key', { mode: 0o600 });
  return path;
}
