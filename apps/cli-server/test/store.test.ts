import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { postgresPlace } from '../../../packages/secure-store/test/postgres-place.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { makeTlsFiles, ownTlsFiles } from '../src/tls-files.ts';
import { addAccounts, administrate, keepAddress, NOW } from './administrator.ts';
import { dataDir, folder, PASSPHRASE, Program } from './program.ts';

async function withUsers(): Promise<string> {
  const dir = await dataDir();
  await addAccounts(dir, { username: 'alice' }, { username: 'bobby' });
  return dir;
}

async function namesIn(dir: string, ...args: string[]): Promise<unknown[]> {
  const { json } = await administrate(dir, ['user', 'list', ...args]);
  return json.map(({ username }) => username).sort();
}

describe('store check', () => {
  it('finds no problem in an undamaged store', async () => {
    const { exit, json } = await administrate(await withUsers(), ['store', 'check']);
    expect(exit).toBe(0);
    expect(json).toMatchObject([{ event: 'checked', slots: 1, bad: [], leftovers: 0 }]);
    const words = await administrate(await withUsers(), ['store', 'check'], { json: false });
    expect(words.stdout).toMatch(/^\d+ records and 1 slot checked\. No problems\.\n$/);
  });

  it('reports each record that was tampered with, and ends with 7', async () => {
    const dir = await withUsers();
    const [before] = (await administrate(dir, ['store', 'check'])).json;
    await damageOne(join(dir, 'store'));
    const { exit, json } = await administrate(dir, ['store', 'check']);
    expect(exit).toBe(7);
    expect(json).toMatchObject([
      { records: Number(before?.records) - 1, bad: [{ what: 'record', problem: 'does not open' }] },
    ]);
    expect((await administrate(dir, ['doctor'])).json).toContainEqual(
      expect.objectContaining({ code: 'records', verdict: 'bad' }),
    );
  });
});

/** Flips a bit of the longest record, which is an account's. */
async function damageOne(dir: string): Promise<void> {
  const backend = lmdbBackend({ dir });
  let longest = { key: new Uint8Array(), value: new Uint8Array() };
  for await (const { key, value } of backend.scan({ prefix: new Uint8Array() }))
    if (value.length > longest.value.length)
      longest = { key: Uint8Array.from(key), value: Uint8Array.from(value) };
  const { key, value } = longest;
  value[value.length - 1]! ^= 1;
  await backend.commit({ checks: [], writes: [{ key, value }], durable: true });
  await backend.close();
}

describe('store verify', () => {
  it('reads a whole backup and reports its date and accounts, without a store', async () => {
    const dir = await withUsers();
    await makeTlsFiles(dir, 'localhost');
    const file = join(folder(), 'backup');
    const made = await administrate(dir, ['store', 'backup', file, '--with-identity']);
    const nowhere = join(folder(), 'nowhere');
    const { exit, json } = await administrate(nowhere, ['store', 'verify', file]);
    expect(exit).toBe(0);
    const { records } = made.json[0] ?? {};
    expect(json).toMatchObject([{ event: 'verified', file, records, accounts: 2, withIdentity: true }]);
    expect(existsSync(nowhere)).toBe(false);
    const words = await administrate(nowhere, ['store', 'verify', file], { json: false });
    expect(words.stdout).toMatch(/backup is a complete backup from 20.* UTC: \d+ records, 2 accounts\.\n$/);
  });

  it('ends with 7 for a damaged file, another file and a wrong passphrase', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    await administrate(dir, ['store', 'backup', file]);
    const verify = async (passphrase = PASSPHRASE) => {
      const done = await administrate(dir, ['store', 'verify', file], { passphrase });
      return [done.exit, done.json[0]?.code];
    };
    expect(await verify('battery staple')).toEqual([7, 'wrong_passphrase']);
    const whole = readFileSync(file);
    for (const at of [5, 60, whole.length >> 1, whole.length - 40, whole.length - 1]) {
      writeFileSync(
        file,
        whole.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      );
      expect((await verify())[0]).toBe(7);
    }
    writeFileSync(file, whole.subarray(0, -1));
    expect(await verify()).toEqual([7, 'damaged']);
    const words = await administrate(dir, ['store', 'verify', file], { json: false });
    expect(words.stderr).toMatch(
      /It cannot be restored\. Make another one: countersign-server store backup FILE\n$/,
    );
    writeFileSync(file, 'Dear grandmother');
    expect(await verify()).toEqual([7, 'not_a_store']);
  });
});

describe('store backup and restore', () => {
  it('bring back everything except codes and invitations', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    await keepAddress(dir);
    expect((await administrate(dir, ['invite', 'create'])).exit).toBe(0);
    const made = await administrate(dir, ['store', 'backup', file]);
    expect(made).toMatchObject({ exit: 0, json: [{ event: 'backed_up', bad: [] }] });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(made.json[0]?.bytes).toBe(statSync(file).size);

    const other = join(folder(), 'other');
    const restored = await administrate(other, ['store', 'restore', file], { now: NOW + 60 });
    expect(restored).toMatchObject({ exit: 0, json: [{ event: 'restored', changed: 2, removed: 1 }] });
    expect(await namesIn(other)).toEqual(['alice', 'bobby']);
    expect((await administrate(other, ['invite', 'list'])).json).toEqual([]);
    const { stdout } = await administrate(other, ['audit', 'show', '--last', '2'], { json: false });
    expect(stdout).toContain('store restored from a backup');
  });

  it('overwrite an existing store only with --replace and a confirmation', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    await administrate(dir, ['store', 'backup', file]);
    await administrate(dir, ['user', 'remove', 'alice', '--yes']);
    const refused = await administrate(dir, ['store', 'restore', file]);
    expect([refused.exit, refused.json[0]?.code]).toEqual([7, 'exists']);
    const unsure = await administrate(dir, ['store', 'restore', file, '--replace'], { lines: ['no'] });
    expect(unsure.exit).toBe(3);
    expect(await namesIn(dir)).toEqual(['bobby']);
    await administrate(dir, ['store', 'restore', file, '--replace'], { lines: ['yes'] });
    expect(await namesIn(dir)).toEqual(['alice', 'bobby']);
  });

  it('refuse a truncated backup, another file and a wrong passphrase, and leave nothing behind', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    await administrate(dir, ['store', 'backup', file]);
    const again = await administrate(dir, ['store', 'backup', file]);
    expect([again.exit, again.json[0]?.code]).toEqual([2, 'unwritable_file']);
    const nowhere = await administrate(dir, ['store', 'backup', join(file, 'below', 'it')]);
    expect(nowhere.stderr).toMatch(
      /cannot be written: (part of the path is not a directory|its directory does not exist)\.\n$/,
    );
    const missing = await administrate(dir, ['store', 'backup', join(folder(), 'below', 'it')]);
    expect(missing.stderr).toMatch(/cannot be written: its directory does not exist\.\n$/);
    const into = async (passphrase = PASSPHRASE) => {
      const other = join(folder(), 'other');
      const done = await administrate(other, ['store', 'restore', file], { passphrase });
      expect((await administrate(other, ['user', 'list'])).json[0]?.code).toBe('not_a_store');
      return [done.exit, done.json[0]?.code];
    };
    expect(await into('battery staple')).toEqual([7, 'wrong_passphrase']);
    truncateSync(file, statSync(file).size - 1);
    expect(await into()).toEqual([7, 'damaged']);
    writeFileSync(file, 'Dear grandmother');
    expect(await into()).toEqual([7, 'not_a_store']);
    const none = await administrate(dir, ['store', 'restore', join(dir, 'nothing')]);
    expect([none.exit, none.json[0]?.code]).toEqual([2, 'unreadable_file']);
  });

  it('carry the key and certificate of the server when asked, and never overwrite another key', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    const backUp = () => administrate(dir, ['store', 'backup', file, '--with-identity']);
    expect(await backUp()).toMatchObject({ exit: 2, json: [{ code: 'no_identity' }] });
    await makeTlsFiles(dir, 'localhost');
    expect(await backUp()).toMatchObject({ exit: 0, json: [{ withIdentity: true }] });
    const { key, cert } = ownTlsFiles(dir);
    expect(readFileSync(file).includes(readFileSync(key).subarray(30, 60))).toBe(false);

    const other = join(folder(), 'other');
    const restore = (...more: string[]) => administrate(other, ['store', 'restore', file, ...more]);
    expect(await restore()).toMatchObject({ exit: 0, json: [{ identity: 'restored', removed: 0 }] });
    const placed = ownTlsFiles(other);
    expect(readFileSync(placed.key)).toEqual(readFileSync(key));
    expect(readFileSync(placed.cert)).toEqual(readFileSync(cert));
    expect(statSync(placed.key).mode & 0o777).toBe(0o600);
    expect(await restore('--replace', '--yes')).toMatchObject({ json: [{ identity: 'same' }] });

    rmSync(join(other, 'tls'), { recursive: true });
    await makeTlsFiles(other, 'localhost');
    const kept = readFileSync(placed.key);
    expect(await restore('--replace', '--yes')).toMatchObject({
      exit: 0,
      json: [{ identity: 'kept_other' }],
    });
    expect(readFileSync(placed.key)).toEqual(kept);
    // The key is in backups only.
    const plain = join(folder(), 'plain');
    expect((await administrate(other, ['store', 'backup', plain])).json).toMatchObject([
      { withIdentity: false },
    ]);
    expect((await administrate(other, ['store', 'verify', plain])).json).toMatchObject([
      { withIdentity: false },
    ]);
  });

  it('write a backup to standard output with -, and nothing else there', async () => {
    const dir = await withUsers();
    const program = new Program(['store', 'backup', '-', '--data-dir', dir], { input: `${PASSPHRASE}\n` });
    const chunks: Buffer[] = [];
    program.process.stdout?.removeAllListeners('data').setEncoding('latin1');
    program.process.stdout?.on('data', (text: string) => chunks.push(Buffer.from(text, 'latin1')));
    expect(await program.ended).toBe(0);
    expect(program.stderr).toMatch(/Backed up \d+ records, \d+ bytes, encrypted\.\n$/);
    const file = join(folder(), 'backup');
    writeFileSync(file, Buffer.concat(chunks));
    expect(existsSync('-')).toBe(false);
    const other = join(folder(), 'other');
    expect((await administrate(other, ['store', 'restore', file])).exit).toBe(0);
    expect(await namesIn(other)).toEqual(['alice', 'bobby']);
  });

  it('refuse to write a backup through a link', async () => {
    const dir = await withUsers();
    const there = join(folder(), 'authorized_keys');
    writeFileSync(there, 'ssh-ed25519');
    const link = join(folder(), 'link');
    symlinkSync(there, link);
    const refused = await administrate(dir, ['store', 'backup', link]);
    expect(refused.stderr).toMatch(/cannot be written: it is a link\.\n$/);
    expect([refused.exit, readFileSync(there, 'utf8')]).toEqual([2, 'ssh-ed25519']);
  });

  it('leave no partial backup when it cannot be written', async () => {
    const dir = await withUsers();
    const { exit } = await administrate(dir, ['store', 'backup', join(dir, 'no/such/folder/backup')]);
    expect(exit).toBe(2);
    expect(readdirSync(dir)).toEqual(['store']);
  });
});

describe('store copy', () => {
  it('refuses to copy a store over itself, under any path', async () => {
    const dir = await dataDir();
    const link = join(folder(), 'link');
    symlinkSync(dir, link);
    for (const place of [join(dir, 'store'), join(link, 'store')])
      for (const more of [[], ['--replace', '--yes'], ['--move', '--yes']])
        expect(await administrate(dir, ['store', 'copy', `lmdb:${place}`, ...more])).toMatchObject({
          exit: 2,
        });
    expect((await administrate(dir, ['store', 'check'])).exit).toBe(0);
  });

  it('copies, and leaves the original unchanged', async () => {
    const dir = await withUsers();
    const to = `lmdb:${join(folder(), 'copy')}`;
    const copied = await administrate(dir, ['store', 'copy', to]);
    expect(copied).toMatchObject({ exit: 0, json: [{ event: 'copied', bad: [] }] });
    await administrate(dir, ['user', 'disable', 'alice']);
    expect(await namesIn(dir, '--store', to)).toEqual(['alice', 'bobby']);
    const again = await administrate(dir, ['store', 'copy', to]);
    expect([again.exit, again.json[0]?.code]).toEqual([7, 'exists']);
    mkdirSync(join(dir, 'photos'));
    writeFileSync(join(dir, 'photos/one.jpg'), '');
    expect((await administrate(dir, ['store', 'copy', `lmdb:${join(dir, 'photos')}`])).exit).toBe(7);
  });

  it('is recorded in the audit log of the place that is used from then on, as a backup is', async () => {
    const dir = await withUsers();
    const file = join(folder(), 'backup');
    await administrate(dir, ['store', 'backup', file]);
    const copy = `lmdb:${join(folder(), 'copy')}`;
    await administrate(dir, ['store', 'copy', copy]);
    const place = `lmdb:${join(folder(), 'moved')}`;
    await administrate(dir, ['store', 'copy', place, '--move', '--yes']);
    const shown = await administrate(dir, ['audit', 'show', '--store', place], { json: false });
    const told = (text: string) => shown.stdout.split('\n').filter((line) => line.includes(text));
    expect(told(`store backed up (${file})`)).toHaveLength(1);
    expect(told(`store copied to another place (${copy})`)).toHaveLength(1);
    expect(told(`store moved here from another place (lmdb:${join(dir, 'store')})`)).toHaveLength(1);
    expect((await administrate(dir, ['audit', 'verify', '--store', place])).exit).toBe(0);
  });

  it('moves, after which the old place cannot be opened', async () => {
    const dir = await withUsers();
    const to = `lmdb:${join(folder(), 'copy')}`;
    expect((await administrate(dir, ['store', 'copy', to, '--move'], { lines: ['no'] })).exit).toBe(3);
    const moved = await administrate(dir, ['store', 'copy', to, '--move'], { lines: ['yes'] });
    expect(moved).toMatchObject({ exit: 0, json: [{ event: 'moved' }] });
    const old = await administrate(dir, ['user', 'list']);
    expect([old.exit, old.json[0]?.code]).toEqual([7, 'moved']);
    expect(await namesIn(dir, '--store', to)).toEqual(['alice', 'bobby']);
  });
});

withCounterpart('postgresql', 'on a real PostgreSQL', () => {
  it('a store is moved there from LMDB, served, administered and backed up', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    const dir = await withUsers();
    const moved = await administrate(dir, ['store', 'copy', place.url, '--move', '--yes']);
    expect(moved).toMatchObject({ exit: 0, json: [{ event: 'moved' }] });

    const server = new Program(['--data-dir', dir, '--store', place.url, '--port', '0', '--json'], {
      input: `${PASSPHRASE}\n`,
    });
    await server.listening();
    expect(await namesIn(dir, '--store', place.url)).toEqual(['alice', 'bobby']);
    const file = join(folder(), 'backup');
    expect((await administrate(dir, ['store', 'backup', file, '--store', place.url])).exit).toBe(0);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const other = join(folder(), 'other');
    expect((await administrate(other, ['store', 'restore', file])).exit).toBe(0);
    expect(await namesIn(other)).toEqual(['alice', 'bobby']);
  });

  it('an address in the form of libpq works', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    const { port, pathname, search } = new URL(place.url);
    const dir = await withUsers();
    expect((await administrate(dir, ['store', 'copy', place.url, '--yes'])).exit).toBe(0);
    for (const address of [
      `postgres://postgres@${pathname}${search}&host=127.0.0.1&port=${port || 5432}`,
      `postgres://postgres@127.0.0.1:1,localhost:${port || 5432}${pathname}${search}&target_session_attrs=read-write`,
    ])
      expect(await namesIn(dir, '--store', address)).toEqual(['alice', 'bobby']);
    const other = await administrate(dir, [
      'user',
      'list',
      '--store',
      'postgres://me@a,b/db?target_session_attrs=any',
    ]);
    expect(other).toMatchObject({
      exit: 2,
      json: [{ message: expect.stringContaining('read-write or primary') }],
    });
  });

  it('an address with a password or a mistake is refused with 2', async () => {
    const dir = folder();
    const secret = await administrate(dir, [
      'user',
      'list',
      '--store',
      'postgres://me:secret@127.0.0.1/test',
    ]);
    expect(secret.exit).toBe(2);
    expect(secret.stderr + secret.stdout).not.toContain('secret@');
    const several = 'postgres://me:secret@a,b/test?host=/run/pg';
    expect((await administrate(dir, ['user', 'list', '--store', several])).exit).toBe(2);
    const wrong = await administrate(dir, [
      'user',
      'list',
      '--store',
      'postgres://me@127.0.0.1/test?colour=red',
    ]);
    expect([wrong.exit, wrong.json[0]?.code]).toEqual([2, 'usage']);
  });
});
