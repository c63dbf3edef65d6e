/** Users of the old system, from its encrypted file. */
import { createCipheriv, createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CURRENT_SUITE } from '@countersign/srp-core';
import { TotpSecret } from '@countersign/totp-core';
import { describe, expect, it } from 'vitest';
import { planImport, runImport } from '../src/accounts/import.ts';
import { isProblem } from '../src/accounts/import-row.ts';
import { readLegacyFile } from '../src/accounts/legacy-file.ts';
import { openBreakableStore } from './breakable-store.ts';
import expected from './fixtures/legacy-users.json' with { type: 'json' };
import { codeAt, credentialOf, login, makeWorld, nextFactor, register, type World } from './world.ts';

const file = readFileSync(new URL('fixtures/legacy-users.enc', import.meta.url));

/** Encrypts a file as the old system did. */
function legacyFile(csv: string | Uint8Array, password = 'pw'): Uint8Array {
  const key = Buffer.from(createHash('md5').update(password).digest('hex'));
  const cipher = createCipheriv('aes-256-cfb8', key, Buffer.from('ac1ca400396586d2'));
  return Buffer.concat([cipher.update(Buffer.from(csv)), cipher.final()]);
}

function rowsOf(bytes: Uint8Array, password = 'pw') {
  const reading = readLegacyFile(bytes, password);
  if (!reading.ok) throw new Error('the file was not read');
  return reading.rows;
}

async function importAll(world: World, renames: [string, string][] = [['Alice', 'alice2']]) {
  const rows = rowsOf(file, expected.adminPassword);
  const { accounts } = world.services;
  const plan = await planImport({ rows, renames: new Map(renames), accounts, now: world.now });
  return { plan, run: () => runImport(accounts, plan) };
}

describe('a database of the old system', () => {
  it('is read whole, row by row', () => {
    const rows = rowsOf(file, expected.adminPassword);
    expect(rows).toHaveLength(expected.users.length);
    for (const [n, user] of expected.users.entries()) {
      const row = rows[n];
      if (!row || isProblem(row)) throw new Error(`row ${n} was not read`);
      expect(row.identity).toBe(user.username);
      expect(Buffer.from(row.salt).toString('hex')).toBe(user.salt);
      expect(Buffer.from(row.verifier).toString('hex').replace(/^0+/, '')).toBe(
        user.verifier.replace(/^0+/, ''),
      );
      expect(row.totp.secret).toBe(user.totpSecret);
    }
  });

  it('is recognised only by its header', () => {
    expect(readLegacyFile(file, 'wrong horse')).toEqual({ ok: false });
    expect(readLegacyFile(new Uint8Array(), 'pw')).toEqual({ ok: false });
  });

  it('stops before anything is written when two names become one', async () => {
    const world = await makeWorld();
    const { plan } = await importAll(world, []);
    expect(plan.unresolved.map(({ name, problem }) => [name, problem])).toEqual([
      ['alice', 'same_name'],
      ['Alice', 'same_name'],
    ]);
    expect(await world.services.accounts.find('alice')).toBeUndefined();
  });

  it('lets every user in with the old password and phone, and renews the credential', async () => {
    const world = await makeWorld();
    const { plan, run } = await importAll(world);
    expect(plan.unresolved).toEqual([]);
    expect(plan.take.every(({ account }) => account.totp.weak)).toBe(true);
    expect((await run()).made).toHaveLength(expected.users.length);
    for (const old of expected.users) {
      const username = old.username === 'Alice' ? 'alice2' : old.username.toLowerCase();
      const secret = TotpSecret.fromBase32(old.totpSecret, { imported: true });
      const user = { username, password: old.password, secret, recoveryCodes: [] };
      const { peer, done } = await login(world, user, `192.0.2.${expected.users.indexOf(old)}`);
      expect(done.advice).toEqual(['renew_totp', 'upgrade_credential']);
      await peer.expect('credential.upgraded', {
        type: 'credential.upgrade',
        ...credentialOf(username, old.password),
        factor: nextFactor(world, user),
      });
      const again = await login(world, user, `192.0.2.${expected.users.indexOf(old)}`);
      expect(again.done.advice).toEqual(['renew_totp']);
      expect((await world.services.accounts.find(username))?.credential).toMatchObject({
        suite: CURRENT_SUITE.name,
        identity: username,
      });
    }
  });

  it('refuses a wrong old password, and works on after an upgrade that never came', async () => {
    const world = await makeWorld();
    await (await importAll(world)).run();
    const peer = world.connect();
    expect(await peer.prove('alice', 'password124')).toMatchObject({ code: 'authentication_failed' });
    const secret = TotpSecret.fromBase32('GBG7SLVKHSAJZWIZ', { imported: true });
    for (let n = 0; n < 2; n++)
      await login(world, { username: 'alice', password: 'password123', secret, recoveryCodes: [] });
    const torn = world.connect();
    await torn.prove('alice', 'password123');
    await torn.expect('login.done', { type: 'totp.submit', code: codeAt({ now: world.now + 30 }, secret) });
  });

  it('continues after an interruption without repeating anything', async () => {
    const world = await makeWorld();
    const first = await importAll(world);
    await runImport(world.services.accounts, { ...first.plan, take: first.plan.take.slice(0, 4) });
    const second = await importAll(world);
    expect(second.plan.already).toHaveLength(4);
    expect(second.plan.unresolved).toEqual([]);
    expect((await second.run()).made).toHaveLength(expected.users.length - 4);
  });

  it('reports a name that was registered after the plan was made, and continues', async () => {
    const world = await makeWorld();
    const { plan, run } = await importAll(world);
    await register(world, 'alice');
    const outcome = await run();
    expect(outcome.overtaken).toEqual([{ line: 2, name: 'alice', problem: 'name_taken' }]);
    expect(outcome.made).toEqual(plan.take.filter(({ name }) => name !== 'alice'));
    expect(outcome.left).toBe(0);
    for (const { account } of outcome.made)
      expect(await world.services.accounts.find(account.username)).toEqual(account);
  });

  it('stops when it is interrupted, and reports how many accounts are left', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const { plan } = await importAll(world);
    const stopping = new AbortController();
    let commits = 0;
    disk.overtake = async () => {
      if (++commits === 2) stopping.abort();
    };
    const { accounts } = world.services;
    const outcome = await runImport(accounts, plan, { signal: stopping.signal });
    expect(outcome).toEqual({ made: plan.take.slice(0, 2), overtaken: [], left: plan.take.length - 2 });
    for (const [n, { account }] of plan.take.entries())
      expect((await accounts.find(account.username)) !== undefined).toBe(n < 2);
    const { signal } = stopping;
    const planning = planImport({ rows: rowsOf(file, expected.adminPassword), accounts, now: 0, signal });
    await expect(planning).rejects.toBe(signal.reason);
  });

  describe('with a name on several rows', () => {
    const [one, two] = expected.users;
    const csv = [
      'username,salt,vkey,secret',
      `adam,01,${one?.verifier},AAAAAAAAAAAAAAAA`,
      `eve_,01,${one?.verifier},AAAAAAAAAAAAAAAA`,
      `adam,01,${one?.verifier},AAAAAAAAAAAAAAAA`,
      `eve_,02,${two?.verifier},BBBBBBBBBBBBBBBB`,
      '',
    ].join('\n');

    async function planned(...renames: [string, string][]) {
      const { accounts } = (await makeWorld()).services;
      return planImport({ rows: rowsOf(legacyFile(csv)), renames: new Map(renames), accounts, now: 0 });
    }

    it('counts rows that are alike in every field as one, and names them', async () => {
      const plan = await planned();
      expect(plan.repeated).toEqual([{ line: 4, name: 'adam', first: 2 }]);
      expect(plan.take.map(({ line, name }) => [line, name])).toEqual([[2, 'adam']]);
      expect(plan.unresolved.map(({ line, problem }) => [line, problem])).toEqual([
        [3, 'same_name'],
        [5, 'same_name'],
      ]);
    });

    it('renames the row whose line is named, and the only row of a name', async () => {
      const plan = await planned(['5:eve_', 'eve2'], ['adam', 'adam2']);
      expect(plan.unmatched).toEqual([]);
      expect(plan.unresolved).toEqual([]);
      expect(plan.take.map(({ line, account }) => [line, account.username])).toEqual([
        [2, 'adam2'],
        [3, 'eve_'],
        [5, 'eve2'],
      ]);
    });

    it('reports a rename that fits several rows or none', async () => {
      const { unmatched } = await planned(['eve_', 'eve2'], ['9:eve_', 'eve3'], ['zoe', 'zoe2']);
      expect(unmatched).toEqual([
        { from: 'eve_', lines: [3, 5] },
        { from: '9:eve_', lines: [] },
        { from: 'zoe', lines: [] },
      ]);
    });
  });

  it('reports every row it cannot take, with its line, and drops none', async () => {
    const world = await makeWorld();
    const good = expected.users[0];
    const v = good?.verifier ?? '';
    const csv = [
      'username,salt,vkey,secret',
      `fine,60991735,${v},GBG7SLVKHSAJZWIZ`,
      `odd digits name,60991735,${v},GBG7SLVKHSAJZWIZ`,
      `oddsalt,991735a,${v},GBG7SLVKHSAJZWIZ`,
      `badsalt,60.0,${v},GBG7SLVKHSAJZWIZ`,
      'badverifier,60991735,1,GBG7SLVKHSAJZWIZ',
      `bad-secret,60991735,${v},0189`,
      'short,60991735',
      `${'a'.repeat(65)},60991735,${v},GBG7SLVKHSAJZWIZ`,
      '',
    ].join('\r\n');
    const rows = rowsOf(legacyFile(csv));
    const plan = await planImport({ rows, accounts: world.services.accounts, now: world.now });
    expect(plan.take.map(({ line, name }) => [line, name])).toEqual([
      [2, 'fine'],
      [4, 'oddsalt'],
    ]);
    expect(plan.unresolved.map(({ line, problem }) => [line, problem])).toEqual([
      [3, 'bad_name'],
      [5, 'bad_salt'],
      [6, 'bad_verifier'],
      [7, 'bad_secret'],
      [8, 'wrong_number_of_fields'],
      [9, 'bad_name'],
    ]);
  });

  it.each([
    ['a character that is not base32', 'GBG7SLVKHSAJZWI0'],
    ['15 characters', 'GBG7SLVKHSAJZWI'],
    ['14 characters', 'GBG7SLVKHSAJZW'],
    ['8 characters', 'GBG7SLVK'],
    ['17 characters', 'GBG7SLVKHSAJZWIZA'],
    ['16 characters and a space', 'GBG7SLVKHSAJZWIZ '],
    ['none', ''],
  ])('takes no damaged secret: %s', (_, secret) => {
    const csv = `username,salt,vkey,secret\nfine,01,${expected.users[0]?.verifier},${secret}\n`;
    expect(rowsOf(legacyFile(csv))).toEqual([{ line: 2, name: 'fine', problem: 'bad_secret' }]);
  });

  it('distinguishes a name that cannot be read from one that a rename would solve', async () => {
    const rest = Buffer.from(`,01,${expected.users[0]?.verifier},AAAAAAAAAAAAAAAA\n`);
    const names = [Buffer.from('m\u00fcller', 'latin1'), Buffer.from(''), Buffer.from('two words')];
    const csv = Buffer.concat([
      Buffer.from('username,salt,vkey,secret\n'),
      ...names.flatMap((n) => [n, rest]),
    ]);
    const { accounts } = (await makeWorld()).services;
    const plan = await planImport({ rows: rowsOf(legacyFile(csv)), accounts, now: 0 });
    expect(plan.unresolved.map(({ problem }) => problem)).toEqual([
      'bad_identity',
      'bad_identity',
      'bad_name',
    ]);
  });

  it('is known by its header in quotes too', () => {
    const row = `fine,01,${expected.users[0]?.verifier},AAAAAAAAAAAAAAAA`;
    const csv = ['username,salt,vkey,secret', row].map((line) => line.replace(/[^,]+/g, '"$&"')).join('\n');
    expect(rowsOf(legacyFile(csv)).map(({ name }) => name)).toEqual(['fine']);
  });

  it('rejects the rows that a stray quote joins up to the next one, and no others', () => {
    const rest = `,01,${expected.users[0]?.verifier},AAAAAAAAAAAAAAAA`;
    const names = ['fine', '"open', 'lost', 'shut"', 'also'];
    const csv = ['username,salt,vkey,secret', ...names.map((name) => name + rest)].join('\n');
    const rows = rowsOf(legacyFile(csv));
    expect(rows.map((row) => [row.line, isProblem(row) ? row.problem : row.name])).toEqual([
      [2, 'fine'],
      [3, 'not_csv'],
      [4, 'not_csv'],
      [5, 'not_csv'],
      [6, 'also'],
    ]);
  });

  it('accepts a verifier that lost 8 leading zero bytes, but not more', () => {
    const v = (bytes: number) => 'a7'.repeat(bytes);
    const csv = [
      'username,salt,vkey,secret',
      ...[256, 248, 247, 50].map((bytes) => `v${bytes},01,${v(bytes)},AAAAAAAAAAAAAAAA`),
    ].join('\n');
    expect(rowsOf(legacyFile(csv)).map((row) => (isProblem(row) ? row.problem : row.name))).toEqual([
      'v256',
      'v248',
      'bad_verifier',
      'bad_verifier',
    ]);
  });

  it('refuses names over 1024 characters, and accepts one of 1024 with a new name', async () => {
    const { accounts } = (await makeWorld()).services;
    const names = ['L'.repeat(1024), 'M'.repeat(1025)];
    const lines = names.map((name) => `${name},01,${expected.users[0]?.verifier},AAAAAAAAAAAAAAAA`);
    const rows = rowsOf(legacyFile(['username,salt,vkey,secret', ...lines].join('\n')));
    const renames = new Map(names.map((name, n) => [name, `user${n}`]));
    const plan = await planImport({ rows, renames, accounts, now: 0 });
    expect(plan.take.map(({ line }) => line)).toEqual([2]);
    expect(plan.unresolved.map(({ line, problem }) => [line, problem])).toEqual([[3, 'bad_identity']]);
  });

  it('loses only the damaged row to a quote in the wrong place', () => {
    const v = expected.users[0]?.verifier ?? '';
    const csv = `username,salt,vkey,secret\nfine,01,${v},AAAAAAAAAAAAAAAA\nbro"ken,01,${v},AAAAAAAAAAAAAAAA\nalso,01,${v},AAAAAAAAAAAAAAAA\n`;
    expect(rowsOf(legacyFile(csv)).map((row) => (isProblem(row) ? row.problem : row.name))).toEqual([
      'fine',
      'not_csv',
      'also',
    ]);
  });
});
