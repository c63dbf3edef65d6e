/** `ssh …` without hosts: what the commands print, write and refuse. */
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeKrl, encodeKrl, lastSerialOf, parsePublicKey } from '@countersign/ssh-core';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { addAccounts, administrate, iso, NOW } from './administrator.ts';
import { dataDir, folder } from './program.ts';
import { certify } from './ssh-host.ts';

const HOUR = 3600;
const KEY = parsePublicKey(
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM0tTTQOB1gmYF0b9+1z1z7C5xV7tbR+KFWJZCJ2oHsd',
);

/** A store that lists the roles `web` and `db`, with a user who has both. */
async function withRoles(): Promise<string> {
  const dir = await dataDir();
  await addAccounts(dir, { username: 'alice' });
  await administrate(dir, ['user', 'roles', 'alice', '+web', '+db']);
  await ssh(dir, 'role', 'add', 'web');
  await ssh(dir, 'role', 'add', 'db', '--hours', '2', '--agent-forwarding');
  return dir;
}

const ssh = (dir: string, ...words: string[]) => administrate(dir, ['ssh', ...words]);
const said = (dir: string, words: string, ...lines: string[]) =>
  administrate(dir, ['ssh', ...words.split(' ')], { json: false, lines });
const issue = (dir: string, now = NOW) => certify(dir, 'alice', KEY, { now });

describe('ssh role', () => {
  it('adds, changes, lists and removes', async () => {
    const dir = await withRoles();
    expect((await ssh(dir, 'role', 'list')).json).toEqual([
      { role: 'db', hours: 2, agentForwarding: true },
      { role: 'web', agentForwarding: false },
    ]);
    expect((await ssh(dir, 'role', 'add', 'db')).json).toEqual([
      { event: 'ssh_role_listed', role: 'db', agentForwarding: false },
    ]);
    expect((await said(dir, 'role list')).stdout).toBe(
      'Role  At most         Agent forwarding\n' +
        'db    as --ssh-hours  no\n' +
        'web   as --ssh-hours  no\n',
    );
    expect((await ssh(dir, 'role', 'remove', 'db')).json).toEqual([
      { event: 'ssh_role_removed', role: 'db' },
    ]);
    const again = await ssh(dir, 'role', 'remove', 'db');
    expect(again).toMatchObject({ exit: 3, json: [{ code: 'role_missing' }] });
  });

  it.each(['Root', 'a b', '-x', 'x'.repeat(33)])('refuses the role %j before it asks', async (role) => {
    const { exit } = await administrate(await dataDir(), ['ssh', 'role', 'add', '--', role], {
      passphrase: 'not this one',
    });
    expect(exit).toBe(2);
  });

  it('can be the first command after one that found nothing to revoke', async () => {
    const dir = await dataDir();
    await ssh(dir, 'revoke', '--all', '--yes');
    expect(await ssh(dir, 'role', 'add', 'web')).toMatchObject({ exit: 0 });
  });
});

describe('ssh ca and ssh rotate', () => {
  it('without an authority, no command prints anything that could become the file of a host', async () => {
    const dir = await dataDir();
    for (const words of ['ca', 'setup', 'rotate prepare']) {
      const { exit, stdout, stderr } = await said(dir, words);
      expect([words, exit, stdout]).toEqual([words, 3, '']);
      expect(stderr).toMatch(/^Error: There is no SSH authority yet\./);
    }
  });

  it('ca prints the keys that hosts must trust: signing, prepared and retired, but not a compromised one', async () => {
    const dir = await withRoles();
    const trusted = async () => (await said(dir, 'ca')).stdout.trim().split('\n');
    const states = async () => (await ssh(dir, 'ca')).json.map(({ state }) => state);
    const [first] = await trusted();
    await issue(dir);
    await ssh(dir, 'rotate', 'prepare');
    expect(await trusted()).toEqual([first, expect.stringMatching(/^ssh-ed25519 \S+$/)]);
    expect(await states()).toEqual(['signing', 'prepared']);
    await ssh(dir, 'rotate', 'switch', '--yes');
    expect(await states()).toEqual(['retired', 'signing']);
    expect(await trusted()).toContain(first);
    await ssh(dir, 'rotate', '--compromised', '--yes');
    expect(await trusted()).toEqual([expect.not.stringContaining(String(first))]);
  });

  it('each step says what hosts need before the next one', async () => {
    const dir = await withRoles();
    const prepare = await said(dir, 'rotate prepare');
    expect(prepare.stdout).toMatch(/^A new authority is prepared: SHA256:\S+\. It does not sign yet\.\n$/);
    expect(prepare.stderr).toMatch(/on every host, replace .* with the output of: countersign-server ssh ca/);
    expect((await said(dir, 'rotate switch', 'no')).exit).toBe(3);
    const refused = await said(dir, 'rotate finish');
    expect([refused.exit, refused.stderr]).toEqual([3, expect.stringContaining('no old authority')]);
    expect((await said(dir, 'rotate switch', 'yes')).stderr).toContain('Hosts must still trust both keys.');
    expect((await said(dir, 'rotate finish')).stderr).toContain('On every host, replace');
    const compromised = await said(dir, 'rotate compromised', 'yes');
    expect(compromised.stderr).toContain('Until then hosts refuse new certificates');
  });

  it.each([[], ['prepare', '--compromised'], ['forward']])(
    'rotate %j is wrong use, before it asks',
    async (...words) => {
      const given = { passphrase: 'not this one' };
      expect((await administrate(await dataDir(), ['ssh', 'rotate', ...words], given)).exit).toBe(2);
    },
  );

  it.each(['switch', 'compromised'])('%s finds a missing step before it asks', async (step) => {
    const dir = await dataDir();
    if (step === 'switch') await ssh(dir, 'role', 'add', 'web');
    const { exit, stderr } = await said(dir, `rotate ${step}`);
    expect([exit, stderr]).toEqual([3, expect.stringMatching(/^Error: [^\n]*(?:prepared|no SSH authority)/)]);
  });

  it('finish says how long the last certificate of the old authority is valid', async () => {
    const dir = await withRoles();
    await ssh(dir, 'role', 'remove', 'db');
    await issue(dir);
    await issue(dir, NOW + HOUR);
    await ssh(dir, 'rotate', 'prepare');
    await ssh(dir, 'rotate', 'switch', '--yes');
    const { exit, stderr } = await said(dir, 'rotate finish');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('Try again in 11 hours.')]);
    const later = await administrate(dir, ['ssh', 'rotate', 'finish'], { now: NOW + 11 * HOUR });
    expect(later).toMatchObject({ exit: 0, json: [{ event: 'ssh_rotated', step: 'finish' }] });
  });
});

describe('ssh list and ssh revoke', () => {
  it('list shows what has not expired, with serials as text, and revoked whatever the reason', async () => {
    const dir = await withRoles();
    const one = await issue(dir);
    const two = await issue(dir, NOW + 1);
    await ssh(dir, 'revoke', one.serial, '--yes');
    const { json } = await ssh(dir, 'list');
    expect(json).toMatchObject([
      { serial: one.serial, username: 'alice', roles: ['db', 'web'], issued: iso(NOW), revoked: true },
      { serial: two.serial, expires: iso(NOW + 1 + 2 * HOUR), revoked: false },
    ]);
    await administrate(dir, ['user', 'disable', 'alice']);
    expect((await ssh(dir, 'list')).json.map(({ revoked }) => revoked)).toEqual([true, true]);
    expect((await administrate(dir, ['ssh', 'list'], { now: NOW + 3 * HOUR })).json).toEqual([]);
    expect((await said(dir, 'list')).stdout).toMatch(
      /^Serial +User +Roles +Issued +Expires +Revoked\n\d{18}/,
    );
  });

  it('list shows certificates before the fence and of a compromised authority as revoked', async () => {
    const dir = await withRoles();
    await issue(dir);
    await ssh(dir, 'revoke', '--all', '--yes');
    await issue(dir);
    const revoked = async () => (await ssh(dir, 'list')).json.map((each) => each.revoked).sort();
    expect(await revoked()).toEqual([false, true]);
    await ssh(dir, 'rotate', 'compromised', '--yes');
    expect(await revoked()).toEqual([true, true]);
  });

  it('revoke asks first, and says what it has revoked', async () => {
    const dir = await withRoles();
    const { serial } = await issue(dir);
    await issue(dir);
    expect((await said(dir, `revoke ${serial}`, 'no')).exit).toBe(3);
    expect((await ssh(dir, 'list')).json.map(({ revoked }) => revoked)).toEqual([false, false]);
    const one = await said(dir, `revoke ${serial}`, 'yes');
    expect(one.stdout).toBe(`The certificate ${serial} of alice is revoked.\n`);
    expect(one.stderr).toContain(
      'Hosts refuse revoked certificates once they have the next revocation list. Open SSH sessions continue.',
    );
    expect((await ssh(dir, 'revoke', '--user', 'Alice', '--yes')).json).toEqual([
      { event: 'ssh_revoked', username: 'alice', count: 1 },
    ]);
    expect((await ssh(dir, 'revoke', '--all', '--yes')).json).toEqual([{ event: 'ssh_revoked', all: true }]);
  });

  it.each([
    [2, ['revoke']],
    [2, ['revoke', '12', '--all']],
    [2, ['revoke', '--user', 'alice', '--all']],
    [2, ['revoke', '012']],
    [2, ['revoke', '1e3']],
    [3, ['revoke', '12', '--yes']],
    [3, ['revoke', '--user', 'robert', '--yes']],
  ])('ends with %i for %j', async (exit, words) => {
    expect((await ssh(await withRoles(), ...words)).exit).toBe(exit);
  });
});

describe('ssh krl', () => {
  it('writes a list that everyone can read, whatever the umask, in the place of an older one', async () => {
    const dir = await withRoles();
    const { serial } = await issue(dir);
    await ssh(dir, 'revoke', serial, '--yes');
    const file = join(folder(), 'krl');
    writeFileSync(file, 'older', { mode: 0o600 });
    const { json } = await ssh(dir, 'krl', '--out', file);
    const bytes = new Uint8Array(readFileSync(file));
    expect(json).toEqual([{ event: 'ssh_krl_written', file, bytes: bytes.length }]);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(decodeKrl(bytes)).toMatchObject({ generatedAt: NOW, certificates: [{ serials: [serial] }] });
  });

  it('revokes everything up to five minutes from now after revoke --all', async () => {
    const dir = await withRoles();
    await ssh(dir, 'revoke', '--all', '--yes');
    const file = join(folder(), 'krl');
    await ssh(dir, 'krl', '--out', file);
    expect(decodeKrl(new Uint8Array(readFileSync(file))).certificates).toMatchObject([
      { ranges: [{ first: '1', last: lastSerialOf(NOW + 300) }] },
    ]);
  });

  it('refuses a link, a folder and a folder that does not exist, before it asks', async () => {
    const dir = await withRoles();
    const place = folder();
    const target = join(place, 'target');
    writeFileSync(target, 'whole');
    symlinkSync(target, join(place, 'link'));
    mkdirSync(join(place, 'krl'));
    for (const name of ['link', 'krl']) {
      const out = join(place, name);
      const { exit, json } = await administrate(dir, ['ssh', 'krl', '--out', out], { passphrase: 'wrong' });
      expect([exit, json[0]?.code]).toEqual([2, 'unwritable_file']);
    }
    const missing = await ssh(dir, 'krl', '--out', join(place, 'no', 'krl'));
    expect(missing).toMatchObject({ exit: 2, json: [{ code: 'unwritable_file' }] });
    expect(readFileSync(target, 'utf8')).toBe('whole');
  });

  it('- is standard output, but not if that is a terminal', async () => {
    const dir = await withRoles();
    const { exit, stdout } = await administrate(dir, ['ssh', 'krl', '--out', '-'], { json: false });
    expect([exit, stdout.slice(0, 7)]).toEqual([0, 'SSHKRL\n']);
    const { io, stderr } = memoryIo({ terminal: true });
    expect(await run(['ssh', 'krl', '--out', '-', '--data-dir', dir], io)).toBe(2);
    expect(stderr()).toContain('A revocation list is binary data');
  });
});

describe('ssh setup', () => {
  it('puts the list of revoked certificates on a host before sshd_config names it', async () => {
    const { stdout } = await said(await withRoles(), 'setup --krl-url https://login.example.org/ssh/krl');
    const order = [
      '> /etc/ssh/countersign_ca.pub',
      'curl -fsS -o /etc/ssh/countersign_krl.new https://login.example.org/ssh/krl &&',
      'ssh-keygen -Q -f',
      'mv /etc/ssh/countersign_krl.new /etc/ssh/countersign_krl',
      '\n/usr/local/sbin/countersign-krl\n',
      '\nsshd -t\n',
      '\nTrustedUserCAKeys /etc/ssh/countersign_ca.pub\nRevokedKeys /etc/ssh/countersign_krl\n',
      '\nsystemctl reload ssh\n',
      'systemctl enable --now countersign-krl.timer',
    ].map((text) => stdout.indexOf(text));
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('without an address says how to copy the list, and sets up no timer', async () => {
    const { stdout } = await said(await withRoles(), 'setup');
    expect(stdout).toContain('countersign-server ssh krl --out KRL --data-dir ');
    expect(stdout).not.toContain('curl');
    expect(stdout).not.toContain('timer');
  });

  it.each(['login.example.org', 'file:///etc/krl', 'https://user:secret@example.org/krl', 'http://'])(
    'refuses the address %s',
    async (url) => {
      expect((await ssh(await dataDir(), 'setup', '--krl-url', url)).exit).toBe(2);
    },
  );

  it('an address with characters of a shell stays one word', async () => {
    const url = "https://example.org/$(id)';reboot;'";
    const { stdout } = await administrate(await withRoles(), ['ssh', 'setup', '--krl-url', url], {
      json: false,
    });
    expect(stdout).toContain(` 'https://example.org/$(id)'\\'';reboot;'\\''' &&`);
  });
});

describe('ssh resume and store restore', () => {
  it('issuing is paused by a restore if the backup has an authority, and only then', async () => {
    const place = folder();
    const restored = async (dir: string, name: string) => {
      await administrate(dir, ['store', 'backup', join(place, name)]);
      return administrate(dir, ['store', 'restore', join(place, name), '--replace', '--yes']);
    };
    expect((await restored(await dataDir(), 'none')).json).toMatchObject([{ sshPaused: false }]);
    const dir = await withRoles();
    expect((await restored(dir, 'one')).json).toMatchObject([{ sshPaused: true }]);
    await expect(issue(dir)).rejects.toMatchObject({ code: 'issuing_paused' });
    const paused = async () =>
      (await administrate(dir, ['doctor'])).json.filter(({ code }) => code === 'ssh');
    expect(await paused()).toMatchObject([{ verdict: 'poor' }]);
    expect((await ssh(dir, 'resume')).json).toEqual([{ event: 'ssh_resumed' }]);
    expect(await paused()).toEqual([]);
    expect((await ssh(dir, 'resume')).json).toEqual([{ event: 'ssh_already_resumed' }]);
    expect(await issue(dir)).toMatchObject({ principals: ['db', 'web'] });
  });
});

describe('doctor --krl', () => {
  const finding = async (content: Uint8Array | string | undefined) => {
    const file = join(folder(), 'krl');
    if (content !== undefined) writeFileSync(file, content);
    const { exit, json } = await administrate(await dataDir(), ['doctor', '--krl', file]);
    expect(existsSync(file)).toBe(content !== undefined);
    return { exit, finding: json.find(({ code }) => code === 'krl') };
  };

  it('accepts a list that is up to 30 minutes old', async () => {
    const good = encodeKrl({ version: 1, generatedAt: NOW - 1800 });
    expect((await finding(good)).finding).toMatchObject({ verdict: 'good' });
  });

  it.each([
    ['is empty', '', /is empty: with it, sshd revokes nothing/],
    ['is a page', '<html>', /is not a revocation list/],
    ['is a list of comments', '# none\n', /is not a revocation list/],
    ['does not exist', undefined, /cannot be read.* refuse every key/],
    ['is older', encodeKrl({ version: 1, generatedAt: NOW - 1801 }), /30 minutes ago/],
    ['is cut off', encodeKrl({ version: 1, generatedAt: NOW }).slice(0, 20), /is not a revocation list/],
  ])('is an error if the file %s', async (_, content, says) => {
    const { exit, finding: found } = await finding(content);
    expect([exit, found?.verdict, found?.says]).toEqual([7, 'bad', expect.stringMatching(says)]);
    expect(found?.todo).toMatch(/^(Write it again|Check the timer)/);
  });
});
