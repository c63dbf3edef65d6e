import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { run } from '../src/run.ts';
import { addAccounts, administrate } from './administrator.ts';
import { binary, dataDir, folder } from './program.ts';

const NEW = 'battery staple';

describe('passphrase change', () => {
  it('makes the new one unlock the store and the old one useless', async () => {
    const dir = await dataDir();
    const changed = await administrate(dir, ['passphrase', 'change'], { lines: [NEW, NEW] });
    expect(changed).toMatchObject({
      exit: 0,
      json: [
        { event: 'passphrase_changed', slot: 1 },
        { event: 'keys_rotated', deletedKeys: [1] },
      ],
    });
    expect((await administrate(dir, ['user', 'list'])).exit).toBe(7);
    expect((await administrate(dir, ['user', 'list'], { passphrase: NEW })).exit).toBe(0);
  });

  it.each([
    ['differ', [NEW, 'battery stable'], 'passphrases_differ'],
    ['are too short', ['seven77', 'seven77'], 'bad_input'],
  ])('changes nothing when they %s', async (_what, lines, code) => {
    const dir = await dataDir();
    const { exit, json } = await administrate(dir, ['passphrase', 'change'], { lines });
    expect([exit, json[0]?.code]).toEqual([2, code]);
    expect((await administrate(dir, ['user', 'list'])).exit).toBe(0);
  });
});

describe('a new passphrase', () => {
  it.each([
    ['two line ends', 'battery staple\n\n'],
    ['a control character', 'battery\u0007staple\n'],
    ['a tab', 'battery\tstaple'],
    ['a second byte order mark', '\ufeff\ufeffbattery staple'],
    ['an invisible character', 'battery\u200bstaple'],
    ['over 256 characters', 'x'.repeat(257)],
  ])('that is hard to type again is refused: %s', async (_what, text) => {
    const dir = await dataDir();
    const file = join(folder(), 'new');
    writeFileSync(file, text, { mode: 0o600 });
    const argv = ['passphrase', 'change', '--new-passphrase-file', file];
    expect(await administrate(dir, argv)).toMatchObject({ exit: 2, json: [{ code: 'bad_input' }] });
    expect((await administrate(dir, ['user', 'list'])).exit).toBe(0);
  });

  it.each([
    ['Notepad', Buffer.from(`\ufeff${NEW}\r\n`)],
    ['PowerShell', Buffer.from(`\ufeff${NEW}\r\n`, 'utf16le')],
  ])('from a file written by %s is the same as typed', async (_program, bytes) => {
    const dir = await dataDir();
    const file = join(folder(), 'new');
    writeFileSync(file, bytes, { mode: 0o600 });
    expect((await administrate(dir, ['slot', 'add', '--new-passphrase-file', file])).exit).toBe(0);
    expect((await administrate(dir, ['user', 'list'], { passphrase: NEW })).exit).toBe(0);
    expect((await administrate(dir, ['user', 'list', '--passphrase-file', file])).exit).toBe(0);
  });
});

describe('slots', () => {
  it('a second passphrase can be added and unlocks the store', async () => {
    const dir = await dataDir();
    const added = await administrate(dir, ['slot', 'add', '--label', 'spare'], { lines: [NEW, NEW] });
    expect(added.json).toEqual([{ event: 'slot_added', slot: 2 }]);
    expect((await administrate(dir, ['slot', 'list'], { passphrase: NEW })).json).toMatchObject([
      { slot: 1, kind: 'passphrase', openedWith: false },
      { slot: 2, kind: 'passphrase', label: 'spare', openedWith: true },
    ]);
  });

  it('can be removed after unlocking with another slot, down to the last', async () => {
    const dir = await dataDir();
    const file = join(folder(), 'key');
    const only = await administrate(dir, ['slot', 'remove', '1', '--yes']);
    expect(only.stderr).toMatch(
      /just now\. It is the only slot\. Add another with countersign-server slot add/,
    );
    await administrate(dir, ['slot', 'add', '--new-key-file', file]);
    const own = await administrate(dir, ['slot', 'remove', '1', '--yes']);
    expect([own.exit, own.json[0]?.code]).toEqual([3, 'slot_in_use']);
    const byFile = (...args: string[]) => [...args, '--key-file', file];
    const refused = await administrate(dir, byFile('slot', 'remove', '1'), { passphrase: 'no' });
    expect(refused.exit).toBe(3);
    const removed = await administrate(dir, byFile('slot', 'remove', '1'), { passphrase: 'yes' });
    expect(removed.json).toMatchObject([{ event: 'slot_removed', slot: 1 }, { event: 'keys_rotated' }]);
    expect((await administrate(dir, ['user', 'list'])).exit).toBe(7);
    expect((await administrate(dir, byFile('user', 'list'))).exit).toBe(0);
    expect((await administrate(dir, byFile('slot', 'list'))).json).toMatchObject([{ slot: 2 }]);
  });

  it('a key file is private, never overwrites a file, and has no passphrase', async () => {
    const dir = await dataDir();
    const file = join(folder(), 'key');
    const added = await administrate(dir, ['slot', 'add', '--new-key-file', file]);
    expect(added.json).toEqual([{ event: 'slot_added', slot: 2 }]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const again = await administrate(dir, ['slot', 'add', '--new-key-file', file]);
    expect([again.exit, again.json[0]?.code]).toEqual([2, 'unwritable_file']);
    const change = await administrate(dir, ['passphrase', 'change', '--key-file', file]);
    expect([change.exit, change.json[0]?.code]).toEqual([2, 'slot_is_key_file']);
    chmodSync(file, 0o644);
    const readable = await administrate(dir, ['slot', 'list', '--key-file', file]);
    expect([readable.exit, readable.json[0]?.code]).toEqual([2, 'secret_file_access']);
    writeFileSync(file, 'short', { mode: 0o600 });
    chmodSync(file, 0o600);
    const short = await administrate(dir, ['slot', 'list', '--key-file', file]);
    expect([short.exit, short.json[0]?.code]).toEqual([2, 'key_file_invalid']);
  });

  it('a key file can be read from standard input, and then nothing can be asked', async () => {
    const dir = await dataDir();
    const file = join(folder(), 'key');
    await administrate(dir, ['slot', 'add', '--new-key-file', file]);
    const withKey = async (input: Uint8Array, ...argv: string[]) => {
      const { io, stderr } = memoryIo({ input });
      return { exit: await run([...argv, '--key-file', '-', '--data-dir', dir], io), stderr: stderr() };
    };
    const key = readFileSync(file);
    expect(await withKey(key, 'user', 'list')).toMatchObject({ exit: 0 });
    expect(await withKey(key.subarray(1), 'user', 'list')).toMatchObject({ exit: 2 });
    expect(await withKey(Buffer.alloc(4097), 'user', 'list')).toMatchObject({ exit: 2 });
    expect(await withKey(key, 'slot', 'remove', '1')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Input ended while this was being asked for'),
    });
    const typing = memoryIo({ terminal: true });
    expect(await run(['user', 'list', '--key-file', '-', '--data-dir', dir], typing.io)).toBe(2);
  });

  withCounterpart('bash', 'in a shell', () => {
    it('a key file can be read from a pipe, as with <(command)', async () => {
      const dir = await dataDir();
      const file = join(folder(), 'key');
      await administrate(dir, ['slot', 'add', '--new-key-file', file]);
      const command = '"$0" "$1" slot list --data-dir "$2" --key-file';
      const files = [process.execPath, binary, dir, file];
      for (const how of [
        `${command} <(sleep 0.1; cat "$3")`,
        `cat "$3" | ${command} -`,
        `cat "$3" | ${command} /dev/stdin`,
        `${command} - < "$3"`,
      ]) {
        const { status, stderr } = spawnSync('bash', ['-c', how, ...files], { encoding: 'utf8' });
        expect({ how, status, stderr }).toEqual({ how, status: 0, stderr: '' });
      }
    });
  });

  it('that do not exist are refused with 2', async () => {
    const dir = await dataDir();
    expect((await administrate(dir, ['slot', 'remove', '9'])).json).toMatchObject([{ code: 'no_such_slot' }]);
    const { exit, stderr } = await administrate(dir, ['slot', 'remove', 'first']);
    expect(exit).toBe(2);
    expect(stderr).toContain('Give a whole number');
  });
});

describe('keys', () => {
  it.each([['a data key'], ['a root key', '--root']])(
    'rotate creates %s and encrypts every record again',
    async (...args) => {
      const dir = await dataDir();
      await addAccounts(dir, { username: 'alice' }, { username: 'bobby' });
      const { json } = await administrate(dir, ['keys', 'rotate', ...args.slice(1)]);
      expect(json).toMatchObject([{ event: 'keys_rotated', deletedKeys: [1], damaged: 0 }]);
      expect(json[0]?.resealed).toBeGreaterThanOrEqual(4);
      const status = (await administrate(dir, ['keys', 'status'])).json[0];
      expect(status).toMatchObject({ keys: [{ number: 2, active: true }], slots: [{ slot: 1 }] });
      expect((await administrate(dir, ['user', 'list'])).json).toHaveLength(2);
    },
  );

  it('report an empty passphrase as a mistake, not as a wrong passphrase', async () => {
    const empty = await administrate(await dataDir(), ['keys', 'status'], { passphrase: '', json: false });
    expect(empty).toMatchObject({ exit: 2, stdout: '' });
    expect(empty.stderr).toMatch(/A passphrase has at least one character/);
  });

  it('status prints a table for people', async () => {
    const { stdout } = await administrate(await dataDir(), ['keys', 'status'], { json: false });
    expect(stdout).toMatch(/^ {2}Store created +\d{4}-.*\n {2}Key ring +version \d+, 1 slot\nKey +Used for/);
    expect(stdout).toMatch(/^ +1 +new and old records +\d{4}-.* UTC$/m);
  });
});
