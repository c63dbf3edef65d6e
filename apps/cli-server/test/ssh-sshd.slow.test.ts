/** The certificates of a server and a real sshd: who gets in, and what the next revocation list ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Accounts } from '@countersign/auth-server/accounts';
import { Journal } from '@countersign/auth-server/audit';
import { decodeKrl, parsePublicKey } from '@countersign/ssh-core';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { addAccounts, inStore } from './administrator.ts';
import { cleaningAtEnd } from './at-end.ts';
import { dataDir, folder } from './program.ts';
import { atNow, certify, Host } from './ssh-host.ts';

withCounterpart(['sshd', 'ssh-keygen', 'sh', 'coreutils'], 'a host that ssh setup has prepared', () => {
  const atEnd = cleaningAtEnd();
  let dir = '';
  let host: Host;
  const done = async (command: string, ...lines: string[]) => {
    const { exit, stdout, stderr } = await atNow(dir, command, lines);
    expect(stderr).not.toContain('Error');
    expect(exit).toBe(0);
    return stdout;
  };
  const nextKrl = async () => {
    await done(`ssh krl --out ${host.path('countersign_krl.new')}`);
    await host.run('/usr/local/sbin/countersign-krl');
  };

  beforeAll(async () => {
    dir = await dataDir(atEnd);
    host = await Host.start(folder(atEnd));
    atEnd(() => host.sshd.stop());
    await done(`ssh role add ${host.sshd.username}`);
    await done('ssh role add other');
    const setup = await done('ssh setup');
    await expect(host.setUp(setup)).rejects.toThrow('countersign_krl.new');
    await done(`ssh krl --out ${host.path('countersign_krl.new')}`);
    await host.setUp(setup);
  });
  beforeEach(async () => {
    if ((await atNow(dir, 'user show alice')).exit === 0) await done('user remove alice --yes');
    await addAccounts(dir, { username: 'alice' });
    await done(`user roles alice +${host.sshd.username} +other +wiki`);
    await nextKrl();
  });

  it('lets the holder of the role in, and its log leads by the serial to one audit event', async () => {
    const certificate = await certify(dir, 'alice', host.key);
    const { isIn, log } = await host.logIn(certificate);
    expect(isIn).toBe(true);
    const [, serial] = /Accepted publickey .*ID alice#\S+ \(serial (\d+)\)/.exec(log) ?? [];
    expect(serial).toBe(certificate.serial);
    const audit = await done('audit show');
    expect(audit.split('\n').filter((line) => line.includes(`serial ${serial},`))).toHaveLength(1);
  });

  it('refuses another role, and no certificate is issued for a role that is not listed', async () => {
    const { isIn, log } = await host.logIn(await certify(dir, 'alice', host.key, { roles: ['other'] }));
    expect(isIn).toBe(false);
    expect(log).toContain('name is not a listed principal');
    await expect(certify(dir, 'alice', host.key, { roles: ['wiki'] })).rejects.toMatchObject({
      code: 'role_missing',
    });
  });

  it('refuses a user whose name is that of the Unix account', async () => {
    const { username } = host.sshd;
    await addAccounts(dir, { username });
    await expect(certify(dir, username, host.key)).rejects.toMatchObject({ code: 'role_missing' });
    await done(`user remove ${username} --yes`);
  });

  it.each([
    ['ssh revoke SERIAL', (serial: string) => done(`ssh revoke ${serial}`, 'yes')],
    ['ssh revoke --user', () => done('ssh revoke --user alice', 'yes')],
    ['ssh revoke --all', () => done('ssh revoke --all', 'yes')],
    ['a new password', () => newPassword(dir)],
    ['the loss of the role', () => done(`user roles alice -${host.sshd.username}`)],
    ['the loss of another role', () => done('user roles alice -wiki')],
    ['user disable', () => done('user disable alice')],
    ['user disable and enable', () => done('user disable alice').then(() => done('user enable alice'))],
    ['user reset-totp', () => done('user reset-totp alice', 'yes')],
    ['user remove', () => done('user remove alice', 'alice')],
  ])('refuses the certificate with the next list after %s, and not before', async (_, change) => {
    const certificate = await certify(dir, 'alice', host.key);
    await change(certificate.serial);
    expect((await host.logIn(certificate)).isIn).toBe(true);
    await nextKrl();
    const { isIn, log } = await host.logIn(certificate);
    expect(isIn).toBe(false);
    expect(log).toContain('revoked');
  });

  it('refuses everything of before a restore, also what the backup does not know', async () => {
    const before = await certify(dir, 'alice', host.key);
    await done(`store backup ${host.path('backup')}`);
    const since = await certify(dir, 'alice', host.key);
    const restored = await atNow(dir, `store restore ${host.path('backup')} --replace`, ['yes']);
    expect(restored.stderr).toMatch(
      /If this store is the real one: countersign-server ssh resume --data-dir /,
    );
    await expect(certify(dir, 'alice', host.key)).rejects.toMatchObject({ code: 'issuing_paused' });
    await nextKrl();
    for (const each of [before, since]) expect((await host.logIn(each)).isIn).toBe(false);
    expect(await done('ssh resume')).toBe('Certificates are issued again.\n');
    expect((await host.logIn(await certify(dir, 'alice', host.key))).isIn).toBe(true);
  });

  it('keeps its list if the next one is empty, a page or cut off', async () => {
    const list = host.read('countersign_krl');
    for (const content of ['', '<html>Not found</html>', '# nothing\n', list.slice(0, 20)]) {
      writeFileSync(host.path('countersign_krl.new'), content);
      await expect(host.run('/usr/local/sbin/countersign-krl')).rejects.toThrow('was not used');
    }
    expect(host.read('countersign_krl')).toBe(list);
  });

  it('a rotation leaves every certificate valid, and --compromised revokes the old authority although hosts still trust it', async () => {
    const old = await certify(dir, 'alice', host.key);
    await done('ssh rotate prepare');
    writeFileSync(host.path('countersign_ca.pub'), await done('ssh ca'));
    await done('ssh rotate switch', 'yes');
    const next = await certify(dir, 'alice', host.key);
    await nextKrl();
    for (const each of [old, next]) expect((await host.logIn(each)).isIn).toBe(true);
    const { exit, stderr } = await atNow(dir, 'ssh rotate finish');
    expect(exit).toBe(3);
    expect(stderr).toContain('Certificates of the old authority are still valid. Try again in 10 hours.');
    await done('ssh rotate --compromised', 'yes');
    await nextKrl();
    for (const each of [old, next]) expect((await host.logIn(each)).isIn).toBe(false);
    const { keys } = decodeKrl(new Uint8Array(readFileSync(host.path('countersign_krl'))));
    expect(keys).toHaveLength(2);
    const trusted = await done('ssh ca');
    expect(keys).not.toContainEqual(parsePublicKey(trusted.trim()));
    writeFileSync(host.path('countersign_ca.pub'), trusted);
    expect((await host.logIn(await certify(dir, 'alice', host.key))).isIn).toBe(true);
  });
});

/** What a session of the account does when the password is changed. */
function newPassword(dir: string): Promise<void> {
  return inStore(dir, async (store) => {
    const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
    const journal = new Journal({ store, clock: Date.now, randomBytes });
    const accounts = new Accounts({ store, journal, randomBytes });
    const found = await accounts.find('alice');
    if (!found) throw new Error('no such account');
    const event = { kind: 'password.changed', username: 'alice' } as const;
    await accounts.change(found, (account) => ({
      account: { ...account, generation: accounts.newGeneration() },
      event,
    }));
  });
}
