import { expect, it } from 'vitest';
import { addAccounts, administrate, keepAddress, NOW } from './administrator.ts';
import { dataDir } from './program.ts';

async function withAlice(): Promise<string> {
  const dir = await dataDir();
  await addAccounts(dir, { username: 'alice' }, { username: 'bobby' });
  return dir;
}

const roles = (dir: string, ...words: string[]) => administrate(dir, ['user', 'roles', ...words]);

it('user roles adds with +, removes with -, and shows them without either', async () => {
  const dir = await withAlice();
  expect((await roles(dir, 'Alice', '+ops', '+admin')).json).toEqual([
    { event: 'user_roles_changed', username: 'alice', roles: ['admin', 'ops'] },
  ]);
  // Words that could be options of a program.
  expect((await roles(dir, 'alice', '+hosts', '-admin', '+v')).json[0]).toMatchObject({
    roles: ['hosts', 'ops', 'v'],
  });
  expect((await roles(dir, 'alice', '-hosts', '-v')).json[0]).toMatchObject({ roles: ['ops'] });
  expect((await roles(dir, 'alice')).json).toEqual([
    { event: 'user_roles', username: 'alice', roles: ['ops'] },
  ]);
});

it('user roles says what the account has now, and that sessions have ended', async () => {
  const dir = await withAlice();
  const said = async (...words: string[]) =>
    (await administrate(dir, ['user', 'roles', 'alice', ...words], { json: false })).stdout;
  expect(await said()).toBe('alice has no roles.\n');
  expect(await said('+ops', '+admin')).toBe('alice has the roles admin ops.\n');
  expect(await said('-ops')).toBe('alice has the role admin. Its sessions have ended.\n');
  expect(await said('-ops')).toBe('alice has the role admin.\n');
});

it.each(['+Admin', 'admin', '--json-lines', '+', `+${'x'.repeat(33)}`])(
  'user roles refuses %s before it asks for the passphrase',
  async (word) => {
    const { exit, json } = await administrate(await dataDir(), ['user', 'roles', 'alice', word], {
      passphrase: 'not this one',
    });
    expect(exit).toBe(2);
    expect(json[0]).toMatchObject({ event: 'error', code: 'usage' });
  },
);

it('user roles refuses a role that is named twice, and more roles than an account can have', async () => {
  const dir = await withAlice();
  expect(await roles(dir, 'alice', '+ops', '-ops')).toMatchObject({ exit: 2 });
  const many = Array.from({ length: 33 }, (_, n) => `+role${n}`);
  const { exit, json } = await roles(dir, 'alice', ...many);
  expect(exit).toBe(3);
  expect(json[0]).toMatchObject({ code: 'too_many_roles' });
  expect((await roles(dir, 'alice')).json[0]).toMatchObject({ roles: [] });
});

it('user list and show print roles, and list only where an account has some', async () => {
  const dir = await withAlice();
  const list = () => administrate(dir, ['user', 'list'], { json: false });
  expect((await list()).stdout).not.toContain('Roles');
  await roles(dir, 'alice', '+ops', '+admin');
  expect((await list()).stdout).toMatch(/^Name +State +Roles .*\nalice +active +admin ops /);
  const show = await administrate(dir, ['user', 'show', 'alice'], { json: false });
  expect(show.stdout).toMatch(/^ {2}Roles +admin ops$/m);
  expect((await administrate(dir, ['user', 'show', 'bobby'], { json: false })).stdout).toMatch(
    /^ {2}Roles +none$/m,
  );
});

it('invite create --roles gives them to the account, and invite list shows them', async () => {
  const dir = await dataDir();
  await keepAddress(dir);
  const made = await administrate(dir, ['invite', 'create', '--roles', 'web,admin']);
  expect(made.json[0]).toMatchObject({ event: 'invitation_created', roles: ['admin', 'web'] });
  await administrate(dir, ['invite', 'create'], { now: NOW + 1 });
  const { json } = await administrate(dir, ['invite', 'list']);
  expect(json.map(({ roles }) => roles)).toEqual([['admin', 'web'], []]);
  const said = await administrate(dir, ['invite', 'create', '--roles', 'ops'], { json: false });
  expect(said.stderr).toContain('registers one account with the role ops at');
  const list = await administrate(dir, ['invite', 'list'], { json: false });
  expect(list.stdout).toMatch(/^Id +For +Roles +Created +Expires\n/);
});

it.each(['', 'Admin', 'web,', 'web, admin', Array.from({ length: 33 }, (_, n) => `r${n}`).join(',')])(
  'invite create refuses --roles %j',
  async (list) => {
    const { exit } = await administrate(await dataDir(), ['invite', 'create', '--roles', list]);
    expect(exit).toBe(2);
  },
);
