/** Users of other SRP libraries, as JSON lines. */
import { createHash } from 'node:crypto';
import { CURRENT_SUITE, computeVerifier, findSuite } from '@countersign/srp-core';
import { TotpSecret } from '@countersign/totp-core';
import { describe, expect, it } from 'vitest';
import { planImport, runImport } from '../src/accounts/import.ts';
import { isProblem } from '../src/accounts/import-row.ts';
import { readJsonLinesFile } from '../src/accounts/json-lines-file.ts';
import { credentialOf, login, makeWorld, nextFactor } from './world.ts';

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}

describe('users of another SRP library, as JSON lines', () => {
  it('log in with the x that library made', async () => {
    const world = await makeWorld();
    const names = ['2048-sha256', '2048-sha512-tssrp6a-x', '2048-sha256-thinbus-x', '4096-sha512-pysrp-x'];
    const lines = names.map((name, n) => {
      const suite = findSuite(name);
      if (!suite) throw new Error(`no suite ${name}`);
      const salt = new Uint8Array(16).fill(n + 1);
      const password = new TextEncoder().encode('pässword one');
      const verifier = computeVerifier({ suite, identity: `User${n}`, password, salt });
      return JSON.stringify({
        username: `User${n}`,
        suite: name,
        salt: Buffer.from(salt).toString('hex'),
        verifier: Buffer.from(verifier).toString('hex'),
        totp: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
      });
    });
    const rows = readJsonLinesFile(`${lines.join('\n')}\n`);
    const { accounts } = world.services;
    const plan = await planImport({ rows, accounts, now: world.now });
    expect(plan.unresolved).toEqual([]);
    await runImport(accounts, plan);
    const secret = TotpSecret.fromBase32('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
    for (const n of names.keys())
      await login(world, { username: `user${n}`, password: 'pässword one', secret, recoveryCodes: [] });
  });

  it('log in to an unstretched 3072-sha256 by its own name, and get the stretched one', async () => {
    const world = await makeWorld();
    const { accounts } = world.services;
    // x = SHA-256(s | SHA-256(I ":" P)), as fast-srp-hap, GnuTLS and BouncyCastle have it (RFC 5054 §2.4).
    const salt = Buffer.from('00beb25379d1a8581eb5a727673a2441', 'hex');
    const sha256 = (...parts: (string | Uint8Array)[]) => {
      const hash = createHash('sha256');
      for (const part of parts) hash.update(part);
      return hash.digest();
    };
    const x = BigInt(`0x${sha256(salt, sha256('alice:pässword one')).toString('hex')}`);
    const { N, g } = CURRENT_SUITE.group;
    const row = (suite: string) =>
      JSON.stringify({
        username: 'alice',
        suite,
        salt: salt.toString('hex'),
        verifier: power(g, x, N).toString(16).padStart(768, '0'),
        totp: { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' },
      });
    const planned = (suite: string) =>
      planImport({ rows: readJsonLinesFile(row(suite)), accounts, now: world.now });
    const refused = { line: 1, name: 'alice', problem: 'unknown_suite' };
    expect((await planned('3072-sha256')).unresolved).toEqual([refused]);
    const plan = await planned('3072-sha256-rfc5054-x');
    expect(plan.unresolved).toEqual([]);
    await runImport(accounts, plan);

    const secret = TotpSecret.fromBase32('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP');
    const user = { username: 'alice', password: 'pässword one', secret, recoveryCodes: [] };
    const { peer, done } = await login(world, user);
    expect(done.advice).toEqual(['upgrade_credential']);
    const upgrade = credentialOf('alice', 'pässword one');
    await peer.expect('credential.upgraded', {
      type: 'credential.upgrade',
      ...upgrade,
      factor: nextFactor(world, user),
    });
    expect((await accounts.find('alice'))?.credential).toMatchObject({
      suite: '3072-sha256',
      stretch: upgrade.stretch,
    });
    expect((await login(world, user)).done.advice).toEqual([]);
  });

  it('are refused with a TOTP secret under 80 bits, which is a cut one', async () => {
    const world = await makeWorld();
    const verifier = credentialOf('user', 'password').verifier;
    const lines = ['JBSWY3DPEHPK3PX', 'JBSWY3DPEHPK3PXP'].map((secret, n) =>
      JSON.stringify({
        username: `user${n}`,
        suite: '3072-sha512',
        salt: '01',
        verifier: Buffer.from(verifier).toString('hex'),
        totp: { secret },
      }),
    );
    const { accounts } = world.services;
    const plan = await planImport({
      rows: readJsonLinesFile(lines.join('\n')),
      accounts,
      now: world.now,
    });
    expect(plan.unresolved).toEqual([{ line: 1, name: 'user0', problem: 'bad_secret' }]);
    expect(plan.take.map(({ name }) => name)).toEqual(['user1']);
  });

  it.each([
    ['a salt of 1025 bytes', '01'.repeat(1025), 'user', 'bad_salt'],
    ['an empty identity', '01', '', 'bad_identity'],
    ['half a character in the identity', '01', 'user\ud800', 'bad_identity'],
    ['the longest salt and identity', '01'.repeat(1024), '€'.repeat(1024), undefined],
  ])('are taken only when somebody can log in to them: %s', async (_, salt, identity, problem) => {
    const world = await makeWorld();
    const { accounts } = world.services;
    const suite = findSuite('2048-sha256');
    if (!suite) throw new Error('no suite');
    // Only what can be an account's has a verifier at all.
    const password = new TextEncoder().encode('password one');
    const saltBytes = Buffer.from(salt, 'hex').subarray(0, 1024);
    const verifier = computeVerifier({
      suite,
      identity: identity.replace('\ud800', ''),
      password,
      salt: saltBytes,
    });
    const totp = { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' };
    const row = {
      username: 'user',
      suite: suite.name,
      salt,
      identity,
      verifier: Buffer.from(verifier).toString('hex'),
      totp,
    };
    const plan = await planImport({ rows: readJsonLinesFile(JSON.stringify(row)), accounts, now: world.now });
    expect(plan.unresolved.map((refused) => refused.problem)).toEqual(problem === undefined ? [] : [problem]);
    if (problem !== undefined) return;
    await runImport(accounts, plan);
    const secret = TotpSecret.fromBase32(totp.secret);
    await login(world, { username: 'user', password: 'password one', secret, recoveryCodes: [] });
  });

  it('are read after a byte order mark, and with digits that lost a leading zero', () => {
    const line = (suite: string, salt: string, verifier: string) =>
      JSON.stringify({ username: 'user', suite, salt, verifier, totp: { secret: 'JBSWY3DPEHPK3PXP' } });
    const lines = [
      line('2048-sha512-tssrp6a-x', 'abc', 'DEF12'),
      line('2048-sha256-thinbus-x', '0abc', 'def12'),
      line('2048-sha256-thinbus-x', 'abc', 'def12'),
      line('2048-sha256', '0xab', 'def12'),
      line('2048-sha256', 'ab', ''),
    ];
    const rows = readJsonLinesFile(`\uFEFF${lines.join('\n')}`);
    expect(rows.slice(0, 2)).toMatchObject(
      [1, 2].map((n) => ({
        line: n,
        salt: Uint8Array.of(0x0a, 0xbc),
        verifier: Uint8Array.of(0x0d, 0xef, 0x12),
      })),
    );
    // thinbus hashes the digits of the salt: no login could tell that there was no zero in front of them.
    expect(rows.slice(2).map((row) => (isProblem(row) ? row.problem : row))).toEqual([
      'bad_salt',
      'bad_salt',
      'bad_verifier',
    ]);
  });

  it('are refused line by line when they cannot be read', () => {
    const lines = ['{', '[]', '{"username":"x"}', 'null'];
    expect(
      readJsonLinesFile(lines.join('\n')).map((row) => (isProblem(row) ? [row.line, row.problem] : row)),
    ).toEqual([
      [1, 'not_json'],
      [2, 'bad_fields'],
      [3, 'bad_fields'],
      [4, 'bad_fields'],
    ]);
  });

  const WHOLE = {
    username: 'user',
    suite: '2048-sha256',
    salt: 'ab',
    verifier: 'ab',
    totp: { secret: 'JBSWY3DPEHPK3PXP' },
  };
  const withTotp = (totp: object) => ({ ...WHOLE, totp: { ...WHOLE.totp, ...totp } });

  it.each([
    [{ ...WHOLE, salt: undefined }, 'salt', 'missing'],
    [{ ...WHOLE, totp: {} }, 'totp.secret', 'missing'],
    [{ ...WHOLE, verifier: 7 }, 'verifier', 'value'],
    [withTotp({ digits: '9' }), 'totp.digits', 'value'],
    [withTotp({ algorithm: 'MD5' }), 'totp.algorithm', 'value'],
    [withTotp({ period: 0 }), 'totp.period', 'value'],
    [withTotp({ step: 30 }), 'totp.step', 'unknown'],
    [{ ...WHOLE, mail: 'a@b' }, 'mail', 'unknown'],
    [[], undefined, undefined],
  ])('are refused by the name of the field: %j', (line, name, wrong) => {
    const [row] = readJsonLinesFile(JSON.stringify(line));
    const field = name === undefined ? {} : { field: { name, wrong } };
    expect(row).toEqual({ line: 1, name: expect.any(String), problem: 'bad_fields', ...field });
  });

  it.each([
    [
      { digits: '8', algorithm: 'sha1', period: '60' },
      { digits: 8, algorithm: 'SHA1', period: 60 },
    ],
    [
      { digits: 7, algorithm: 'SHA-256' },
      { digits: 7, algorithm: 'SHA256', period: 30 },
    ],
    [{}, { digits: 6, algorithm: 'SHA1', period: 30 }],
  ])('take what other programs write: %j', (written, read) => {
    const [row] = readJsonLinesFile(JSON.stringify(withTotp(written)));
    expect(row).toMatchObject({ totp: read });
  });
});
