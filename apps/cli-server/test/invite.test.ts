import { readInvitation } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { makeTlsFiles } from '../src/tls-files.ts';
import { addAccounts, administrate, damage, iso, keepAddress, NOW, PIN, PUBLIC } from './administrator.ts';
import { dataDir, folder } from './program.ts';

/** Returns a data directory after `start --public`. */
async function startedOnce(): Promise<string> {
  const dir = await dataDir();
  await keepAddress(dir);
  return dir;
}

describe('invite', () => {
  it('create, list and revoke', async () => {
    const dir = await startedOnce();
    const made = await administrate(dir, ['invite', 'create', '--name', 'Carol', '--valid-for', '2d']);
    expect(made.json).toMatchObject([
      {
        event: 'invitation_created',
        username: 'carol',
        expires: iso(NOW + 2 * 86_400),
        server: PUBLIC,
        pin: PIN,
      },
    ]);
    const { id, invite } = made.json[0] ?? {};
    expect(readInvitation(String(invite))).toEqual({
      ok: true,
      invitation: {
        host: 'login.example.org',
        port: 443,
        pin: PIN,
        username: 'carol',
        code: expect.stringMatching(new RegExp(`^${String(id)}\\.[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$`)),
      },
    });
    await administrate(dir, ['invite', 'create'], { now: NOW + 10 });

    const { json } = await administrate(dir, ['invite', 'list']);
    expect(json).toMatchObject([{ id, username: 'carol' }, { expires: iso(NOW + 10 + 7 * 86_400) }]);
    expect(JSON.stringify(json)).not.toMatch(/verifier|salt/);
    const { stdout } = await administrate(dir, ['invite', 'list'], { json: false });
    expect(stdout).toMatch(
      /^Id +For +Created +Expires\n.* carol .* 2027-01-17 08:00 UTC\n.* anyone .* 2027-01-22 08:00 UTC\n$/,
    );

    expect((await administrate(dir, ['invite', 'revoke', String(id)], { lines: ['no'] })).exit).toBe(3);
    expect((await administrate(dir, ['invite', 'revoke', String(id), '--yes'])).exit).toBe(0);
    expect((await administrate(dir, ['invite', 'list'])).json).toHaveLength(1);
    expect((await administrate(dir, ['invite', 'revoke', String(id), '--yes'])).exit).toBe(3);
  });

  it('list shows all other invitations when one is damaged, and ends with 7', async () => {
    const dir = await startedOnce();
    await damage(dir, () => administrate(dir, ['invite', 'create', '--name', 'a'.repeat(50)]));
    await administrate(dir, ['invite', 'create', '--name', 'carol']);
    const { exit, json, stderr } = await administrate(dir, ['invite', 'list']);
    expect(exit).toBe(7);
    expect(json).toMatchObject([{ username: 'carol' }]);
    expect(stderr).toMatch(/^Warning: 1 record cannot be read/);
  });

  it('create prints only the invitation on standard output, for a pipe', async () => {
    const dir = await startedOnce();
    const { stdout, stderr } = await administrate(dir, ['invite', 'create'], { json: false });
    expect(readInvitation(stdout)).toMatchObject({ ok: true });
    expect(stdout).toMatch(/^[\w-]{1,900}\n$/);
    expect(stderr).toMatch(/^This invitation registers one account at login\.example\.org:443 until /);
    expect(stderr).toContain('countersign register --invite-file -\n');
  });

  it('create uses the address of --server for this one invitation', async () => {
    const dir = await startedOnce();
    const made = await administrate(dir, ['invite', 'create', '--server', '[2001:DB8::1]:8443']);
    expect(made.json[0]?.server).toBe('[2001:db8::1]:8443');
    expect((await administrate(dir, ['invite', 'create'])).json[0]?.server).toBe(PUBLIC);
  });

  it('create needs an address and a pin, and creates nothing without them', async () => {
    const dir = await dataDir();
    const without = await administrate(dir, ['invite', 'create']);
    expect(without).toMatchObject({ exit: 2, json: [{ code: 'no_public_address' }] });
    expect(without.stderr).toContain('countersign-server start --public HOST:PORT');
    const there = ['invite', 'create', '--server', PUBLIC];
    expect(await administrate(dir, there)).toMatchObject({ exit: 2, json: [{ code: 'no_pin' }] });
    expect((await administrate(dir, ['invite', 'list'])).json).toEqual([]);
    await makeTlsFiles(dir, 'localhost');
    expect((await administrate(dir, there)).json[0]?.pin).toMatch(/^sha256:/);
  });

  it('create refuses the name of an existing account, in any spelling', async () => {
    const dir = await startedOnce();
    await addAccounts(dir, { username: 'carol' });
    expect(await administrate(dir, ['invite', 'create', '--name', 'CAROL'])).toMatchObject({
      exit: 3,
      json: [{ code: 'name_taken' }],
    });
    expect((await administrate(dir, ['invite', 'list'])).json).toEqual([]);
  });

  it('create --help shows the default duration in the form that is typed', async () => {
    const { stdout } = await administrate(folder(), ['invite', 'create', '--help'], { json: false });
    expect(stdout).toMatch(/such as 12h or 2w\s+\(default:\s+7d\)/);
  });

  it.each([
    ['a time without a unit', ['--valid-for', '7'], /Give a number and s, m, h, d or w/],
    ['a name outside the rules', ['--name', 'a:b'], /is not a valid user name/],
    ['an address that is none', ['--server', 'a:b:c'], /Give HOST:PORT/],
    ['an address to listen at', ['--server', '0.0.0.0:8443'], /Clients cannot connect to that address/],
  ])('create refuses %s with 2', async (_what, args, words) => {
    const { exit, stderr } = await administrate(await dataDir(), ['invite', 'create', ...args]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
  });
});
