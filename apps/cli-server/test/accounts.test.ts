import { accountSchema } from '@countersign/auth-server/accounts';
import { keptLimits, limitsSchema } from '@countersign/auth-server/limits';
import { readInvitation } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { sshRecords } from '../../../packages/auth-server/src/credentials/records.ts';
import { keepLimits } from '../../../packages/auth-server/src/limits/kept-limits.ts';
import { Ledger } from '../../../packages/auth-server/src/limits/ledger.ts';
import { addAccounts, administrate, damage, inStore, iso, keepAddress, NOW, PIN } from './administrator.ts';
import { dataDir } from './program.ts';

async function withUsers(): Promise<string> {
  const dir = await dataDir();
  await addAccounts(dir, { username: 'bobby' }, { username: 'alice' });
  return dir;
}

describe('user', () => {
  it('list shows every account, as a sorted table or as JSON lines', async () => {
    const dir = await withUsers();
    const { json } = await administrate(dir, ['user', 'list']);
    expect(json.map(({ username }) => username).sort()).toEqual(['alice', 'bobby']);
    expect(json[0]).toMatchObject({ state: 'active', created: iso(NOW - 86_400), recoveryCodesLeft: 0 });
    const { stdout, exit } = await administrate(dir, ['user', 'list'], { json: false });
    expect(exit).toBe(0);
    expect(stdout).toMatch(
      /^Name +State +Created +Last login +Recovery codes\nalice +active.*never.*\nbobby/,
    );
  });

  it('show prints everything but secrets, for any spelling of the name', async () => {
    const dir = await withUsers();
    const { stdout } = await administrate(dir, ['user', 'show', 'ALICE'], { json: false });
    expect(stdout).toMatch(/^alice\n {2}State +active\n/);
    expect(stdout).toContain('3072-sha256, Argon2id with 64 MiB, 3 passes');
    expect(stdout).not.toMatch(/[\w-]{27}/);
    const { json } = await administrate(dir, ['user', 'show', 'alice']);
    expect(Object.keys(json[0] ?? {})).not.toEqual(expect.arrayContaining(['uid']));
    expect(JSON.stringify(json)).not.toMatch(/salt|verifier|secret/);
  });

  it('list and show report waits and locks by the limits of the running server', async () => {
    const dir = await withUsers();
    await inStore(dir, async (store) => {
      const limits = limitsSchema.parse({ code: { perStep: 2, lockAfter: 3 } });
      await keepLimits(store, limits);
      const ledger = new Ledger({ store, limits, clock: () => NOW * 1000 });
      const uidOf = async (name: string) =>
        (await store.collection('accounts', accountSchema).get(name))?.value.uid ?? '';
      const wrong = () => ({ right: false });
      for (let n = 0; n < 2; n++) await ledger.judgeFactor(await uidOf('alice'), 'totp', wrong);
      for (let n = 0; n < 2; n++) await ledger.judgeFactor(await uidOf('bobby'), 'totp', wrong);
    });
    const list = () => administrate(dir, ['user', 'list'], { json: false });
    expect((await list()).stdout).toMatch(/^alice +codes wait until 2027-01-15 08:01 UTC /m);
    const { stdout } = await administrate(dir, ['user', 'show', 'alice'], { json: false });
    expect(stdout).toMatch(/^ {2}Not accepted +codes: until 2027-01-15 08:01 UTC, in 1 minute$/m);
    await inStore(dir, async (store) => {
      const ledger = new Ledger({ store, limits: await keptLimits(store), clock: () => (NOW + 60) * 1000 });
      const account = (await store.collection('accounts', accountSchema).get('bobby'))?.value.uid ?? '';
      await ledger.judgeFactor(account, 'totp', () => ({ right: false }));
    });
    expect((await list()).stdout).toMatch(/^bobby +codes locked /m);
  });

  it.each(['list', 'show'])(
    '%s tells of counters that cannot be read, and of every account',
    async (command) => {
      const dir = await withUsers();
      await damage(dir, async (store) => {
        const ledger = new Ledger({ store, limits: limitsSchema.parse({}), clock: () => NOW * 1000 });
        const uid = (await store.collection('accounts', accountSchema).get('alice'))?.value.uid ?? '';
        await ledger.judgeFactor(uid, 'totp', () => ({ right: false }));
      });
      const name = command === 'show' ? ['bobby'] : [];
      const { exit, json, stderr } = await administrate(dir, ['user', command, ...name]);
      expect(exit).toBe(7);
      expect(json.map(({ username }) => username)).toEqual(expect.arrayContaining(['bobby']));
      expect(stderr).toBe(
        'Warning: 1 counter of failed attempts cannot be read, so the waiting times may be incomplete. ' +
          'Run countersign-server store check for details.\n',
      );
    },
  );

  it('show and doctor report codes that a clock which was ahead has used up, and unlock ends it', async () => {
    const dir = await dataDir();
    const lastStep = Math.floor(NOW / 30) + 7 * 2880;
    await addAccounts(dir, { username: 'alice', lastStep }, { username: 'bobby' });
    const until = iso((lastStep + 1) * 30);
    const alice = async () => (await administrate(dir, ['user', 'show', 'alice'])).json[0];
    expect(await alice()).toMatchObject({ state: 'active', codesRefusedUntil: until });
    const shown = await administrate(dir, ['user', 'show', 'alice'], { json: false });
    expect(shown.stdout).toMatch(/Codes +refused as already used until .*: this clock was ahead/);
    expect(shown.stderr).toMatch(/To accept codes again: .*user unlock alice/);
    const doctor = await administrate(dir, ['doctor'], { json: false });
    expect(doctor.exit).toBe(7);
    expect(doctor.stdout).toMatch(/^BAD {3}The clock was ahead: .* alice .*\n.*user unlock alice$/m);

    expect((await administrate(dir, ['user', 'unlock', 'alice'])).exit).toBe(0);
    expect(await alice()).not.toHaveProperty('codesRefusedUntil');
    expect((await administrate(dir, ['doctor'])).json).not.toContainEqual(
      expect.objectContaining({ code: 'ahead' }),
    );
    const log = await administrate(dir, ['audit', 'show'], { json: false });
    expect(log.stdout).toContain('set back to');
  });

  it('list shows all other accounts when one is damaged, and ends with 7', async () => {
    const dir = await dataDir();
    await damage(dir, () => addAccounts(dir, { username: 'carol' }));
    await addAccounts(dir, { username: 'bobby' }, { username: 'alice' });
    const { exit, json, stderr } = await administrate(dir, ['user', 'list']);
    expect(exit).toBe(7);
    expect(json.map(({ username }) => username).sort()).toEqual(['alice', 'bobby']);
    expect(stderr).toBe(
      'Warning: 1 record cannot be read and is missing here. Run countersign-server store check for details.\n',
    );
    const shown = await administrate(dir, ['user', 'show', 'carol']);
    expect(shown.stderr).toMatch(/"store check" lists .* countersign-server store restore FILE --replace$/m);
    const checked = await administrate(dir, ['store', 'check'], { json: false });
    expect(checked.stderr).toContain('To restore a backup: countersign-server store restore FILE --replace');
  });

  it('disable and enable change it and say so', async () => {
    const dir = await withUsers();
    const states = async () => (await administrate(dir, ['user', 'show', 'alice'])).json[0]?.state;
    expect((await administrate(dir, ['user', 'disable', 'alice'])).json).toEqual([
      { event: 'user_disabled', username: 'alice' },
    ]);
    expect(await states()).toBe('disabled');
    expect((await administrate(dir, ['user', 'disable', 'alice'])).json).toEqual([
      { event: 'user_already_disabled', username: 'alice' },
    ]);
    await administrate(dir, ['user', 'enable', 'alice']);
    expect(await states()).toBe('active');
    const { stdout } = await administrate(dir, ['user', 'unlock', 'alice'], { json: false });
    expect(stdout).toBe('alice is unlocked. All waits after wrong passwords and codes have ended.\n');
  });

  it("show advises commands that a shell takes, for o'brien;& and for this store", async () => {
    const dir = await dataDir();
    await addAccounts(dir, { username: "o'brien;&" });
    await administrate(dir, ['user', 'disable', "o'brien;&"]);
    const { stderr } = await administrate(dir, ['user', 'show', "o'brien;&"], { json: false });
    const name = String.raw`'o'\''brien;&'`;
    expect(stderr).toBe(`To allow logins again: countersign-server user enable ${name} --data-dir ${dir}\n`);
  });

  it('remove asks for the name, and accepts nothing else', async () => {
    const dir = await withUsers();
    const refused = await administrate(dir, ['user', 'remove', 'alice'], { lines: ['yes'] });
    expect(refused.exit).toBe(3);
    expect(refused.json).toMatchObject([{ event: 'error', code: 'not_confirmed' }]);
    const silent = await administrate(dir, ['user', 'remove', 'alice']);
    expect(silent.exit).toBe(2);
    expect((await administrate(dir, ['user', 'list'])).json).toHaveLength(2);
    expect((await administrate(dir, ['user', 'remove', 'alice'], { lines: ['alice'] })).exit).toBe(0);
    expect((await administrate(dir, ['user', 'remove', 'bobby', '--yes'])).exit).toBe(0);
    expect((await administrate(dir, ['user', 'list'])).json).toEqual([]);
  });

  it.each([
    ['list', ['user', 'list'], ['yes']],
    ['remove', ['user', 'remove', 'alice'], ['alice', 'yes']],
    ['remove --yes', ['user', 'remove', 'alice', '--yes'], ['alice']],
    ['reset-totp', ['user', 'reset-totp', 'alice'], ['yes', 'alice']],
  ])('%s refuses an extra input line, and changes nothing', async (_what, argv, lines) => {
    const dir = await withUsers();
    const refused = await administrate(dir, argv, { lines });
    expect(refused).toMatchObject({ exit: 2, json: [{ event: 'error', code: 'surplus_input' }] });
    expect((await administrate(dir, ['user', 'show', 'alice'])).json[0]?.state).toBe('active');
  });

  it('reset-totp prints one recovery code, once', async () => {
    const dir = await withUsers();
    const { json } = await administrate(dir, ['user', 'reset-totp', 'alice'], { lines: ['yes'] });
    expect(json).toMatchObject([{ event: 'user_totp_reset', username: 'alice' }]);
    expect(json[0]?.recoveryCode).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/);
    const shown = await administrate(dir, ['user', 'show', 'alice']);
    expect(shown.json).toMatchObject([{ state: 'totp_reset', recoveryCodesLeft: 1 }]);
    const log = await administrate(dir, ['audit', 'export']);
    expect(log.stdout + shown.stdout).not.toContain(String(json[0]?.recoveryCode));
  });

  it.each(['show', 'unlock', 'disable', 'enable', 'remove', 'reset-totp'])(
    '%s of a name without an account ends with 3 before anything is asked',
    async (command) => {
      const { exit, stderr } = await administrate(await dataDir(), ['user', command, 'nobody']);
      expect(exit).toBe(3);
      expect(stderr).toBe(
        'Error: There is no account of that name. To list the accounts: countersign-server user list\n',
      );
    },
  );

  it('a wrong passphrase ends with 7, and so does a missing store', async () => {
    const dir = await withUsers();
    const wrong = await administrate(dir, ['user', 'list'], { passphrase: 'battery staple' });
    expect([wrong.exit, wrong.json[0]?.code]).toEqual([7, 'wrong_passphrase']);
    const none = await administrate(`${dir}/nothing`, ['user', 'list']);
    expect([none.exit, none.json[0]?.code]).toEqual([7, 'not_a_store']);
  });
});

describe('user rename', () => {
  it('asks, gives the account the new name, and refuses one that is taken or not allowed', async () => {
    const dir = await withUsers();
    const rename = (name: string, answer: string) =>
      administrate(dir, ['user', 'rename', 'Alice', name], { lines: [answer], json: false });
    expect(await rename('ally', 'no')).toMatchObject({ exit: 3 });
    expect(await rename('bobby', 'yes')).toMatchObject({ exit: 3 });
    expect((await rename('a:b', 'yes')).stderr).toMatch(/not a valid user name/);
    const done = await rename('Ally', 'yes');
    expect(done).toMatchObject({ exit: 0, stdout: 'alice is now ally.\n' });
    expect(done.stderr).toMatch(/logs in with the new name, the same password/);
    const { json } = await administrate(dir, ['user', 'list']);
    expect(json.map(({ username }) => username).sort()).toEqual(['ally', 'bobby']);
    const log = await administrate(dir, ['audit', 'show'], { json: false });
    expect(log.stdout).toContain('alice: renamed by the administrator (now ally)');
    expect((await administrate(dir, ['audit', 'verify'])).exit).toBe(0);
    const again = await administrate(dir, ['user', 'rename', 'ally', 'alice', '--yes']);
    expect(again.json).toEqual([{ event: 'user_renamed', username: 'alice', from: 'ally' }]);
  });
});

describe('user sessions and end-sessions', () => {
  it('show devices and certificates, and end them', async () => {
    const dir = await withUsers();
    await inStore(dir, async (store) => {
      const accounts = store.collection('accounts', accountSchema);
      const hash = Buffer.alloc(32, 1).toString('base64url');
      const device = { hash, added: NOW - 7200, used: NOW - 60, again: true, source: '192.0.2.7' };
      const alice = await accounts.update('alice', (account) => ({ ...account, devices: [device] }));
      const serial = '8123456789012345678';
      await sshRecords(store).issued.insert(serial, {
        serial,
        username: 'alice',
        uid: alice?.uid ?? '',
        generation: alice?.generation ?? 0,
        roles: ['web'],
        authority: 'ssh-ed25519 AAAA',
        fingerprint: 'SHA256:abc',
        issued: NOW - 60,
        expires: NOW + 3600,
        revoked: false,
      });
    });
    const show = () => administrate(dir, ['user', 'sessions', 'ALICE'], { json: false });
    const { stdout, stderr, exit } = await show();
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ {2}Known devices +since .*, used 1 minute ago from 192\.0\.2\.7$/m);
    expect(stdout).toMatch(/^ {2}SSH certificates +8123456789012345678, web, until .*, in 1 hour$/m);
    expect(stderr).toMatch(/Open connections are not listed[\s\S]*user end-sessions alice/);
    const { json } = await administrate(dir, ['user', 'sessions', 'alice']);
    expect(json).toMatchObject([
      {
        username: 'alice',
        devices: [{ used: iso(NOW - 60), source: '192.0.2.7' }],
        certificates: [{ serial: '8123456789012345678', expires: iso(NOW + 3600) }],
      },
    ]);
    const ended = await administrate(dir, ['user', 'end-sessions', 'alice'], { json: false });
    expect(ended).toMatchObject({ exit: 0 });
    expect(ended.stderr).toMatch(/The password still works/);
    expect((await show()).stdout).toMatch(/Known devices +none\n +SSH certificates +none/);
  });
});

describe('user reset-password', () => {
  it('asks, and prints a code as one line, which invite list shows and invite revoke revokes', async () => {
    const dir = await withUsers();
    const reset = (...more: string[]) => ['user', 'reset-password', 'Alice', ...more];
    expect(await administrate(dir, reset('--yes'))).toMatchObject({ exit: 2 });
    await keepAddress(dir);
    expect(await administrate(dir, reset(), { lines: ['no'] })).toMatchObject({ exit: 3 });
    const { exit, stdout, stderr } = await administrate(dir, reset(), { lines: ['yes'], json: false });
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^countersign1_\S+\n$/);
    expect(readInvitation(stdout)).toMatchObject({
      invitation: { host: 'login.example.org', port: 443, pin: PIN, username: 'alice' },
    });
    expect(stderr).toMatch(/sets a new password at login\.example\.org:443 until 2027-01-16 08:00 UTC/);
    expect(stderr).toMatch(/pastes it: countersign password --reset/);
    const list = await administrate(dir, ['user', 'list'], { json: false });
    expect(list.stdout).toMatch(/^alice +password reset /m);
    const again = await administrate(dir, reset('--yes', '--server', 'other.example.org:8443'));
    expect(again.json).toMatchObject([
      { event: 'user_password_reset', username: 'alice', server: 'other.example.org:8443', pin: PIN },
    ]);
    const [{ id } = {}] = again.json;
    const invitations = await administrate(dir, ['invite', 'list']);
    expect(invitations.json).toMatchObject([{ id, username: 'alice', resetsPassword: true }]);
    const shown = await administrate(dir, ['invite', 'list'], { json: false });
    expect(shown.stdout).toContain('new password of alice');
    expect(await administrate(dir, ['invite', 'revoke', String(id), '--yes'])).toMatchObject({ exit: 0 });
    expect((await administrate(dir, ['audit', 'verify'])).exit).toBe(0);
  });
});
