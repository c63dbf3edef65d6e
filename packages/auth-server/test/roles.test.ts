/** Roles: who gets them, and what taking one away ends. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accountSchema } from '../src/accounts/account.ts';
import { Administration } from '../src/accounts/administration.ts';
import { invitationSchema } from '../src/accounts/invitations.ts';
import { readJsonLinesFile } from '../src/accounts/json-lines-file.ts';
import { isRole, MOST_ROLES } from '../src/accounts/roles.ts';
import { typicalAccount } from '../src/accounts/typical.ts';
import { readAudit } from '../src/audit/read.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { proveInvitation } from './invited.ts';
import { codeAt, credentialOf, login, makeWorld, register, secretOf, type World } from './world.ts';

function administrationOf(world: World): Administration {
  return new Administration({
    store: world.store,
    limits: DEFAULT_LIMITS,
    clock: () => world.now * 1000,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
}

const rolesOf = async (world: World, name: string) => (await world.services.accounts.find(name))?.roles;

it.each([
  ['admin', true],
  ['_backup', true],
  ['a', true],
  ['web-1.dev_x', true],
  ['x'.repeat(32), true],
  ['x'.repeat(33), false],
  ['', false],
  ['Admin', false],
  ['1st', false],
  ['-admin', false],
  ['ad min', false],
  ['ad,min', false],
  ['admin\n', false],
  ['ädmin', false],
])('%j can be a role: %s', (text, expected) => {
  expect(isRole(text)).toBe(expected);
});

it('an account has none, even if its name is one', async () => {
  const world = await makeWorld();
  await register(world, 'root');
  expect(await rolesOf(world, 'root')).toEqual([]);
});

it('are added and removed by the administrator, sorted and each once, and recorded', async () => {
  const world = await makeWorld();
  const admin = administrationOf(world);
  await register(world, 'alice');
  const added = await admin.changeRoles('Alice', { add: ['ops', 'admin', 'ops'] });
  expect(added).toEqual({ username: 'alice', roles: ['admin', 'ops'], changed: true });
  const changed = await admin.changeRoles('alice', { add: ['web'], remove: ['ops', 'never'] });
  expect(changed).toEqual({ username: 'alice', roles: ['admin', 'web'], changed: true });
  expect((await admin.show('alice')).roles).toEqual(['admin', 'web']);
  const repeated = await admin.changeRoles('alice', { add: ['web'], remove: ['ops'] });
  expect(repeated).toEqual({ username: 'alice', roles: ['admin', 'web'], changed: false });
  const events = (await readAudit(world.store)).filter(({ kind }) => kind === 'admin.roles_changed');
  expect(events.map(({ username, detail }) => [username, detail])).toEqual([
    ['alice', '+ops +admin'],
    ['alice', '+web -ops -never'],
  ]);
});

it('refuses one role more than an account can have, and changes nothing', async () => {
  const world = await makeWorld();
  const admin = administrationOf(world);
  await register(world, 'alice');
  const many = Array.from({ length: MOST_ROLES }, (_, n) => `role${n}`);
  await admin.changeRoles('alice', { add: many });
  await expect(admin.changeRoles('alice', { add: ['another'] })).rejects.toMatchObject({
    code: 'too_many_roles',
  });
  expect(await rolesOf(world, 'alice')).toHaveLength(MOST_ROLES);
  expect((await admin.changeRoles('alice', { add: ['another'], remove: ['role0'] })).roles).toContain(
    'another',
  );
});

it('ends the sessions of an account when a role is removed, and not when one is added', async () => {
  const world = await makeWorld();
  const admin = administrationOf(world);
  const alice = await register(world, 'alice');
  const { peer } = await login(world, alice);
  await admin.changeRoles('alice', { add: ['admin', 'web'] });
  await peer.expect('account.shown', { type: 'account.show' });
  await admin.changeRoles('alice', { remove: ['admin'] });
  expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
});

it('come with an invitation, and with no other registration', async () => {
  const world = await makeWorld();
  const { invitations } = world.services;
  const { code } = await invitations.create({ now: world.now, validFor: 3600, roles: ['web', 'admin'] });
  const peer = world.connect();
  await proveInvitation(peer, code);
  const start = {
    type: 'register.start',
    username: 'alice',
    ...credentialOf('alice', 'open sesame'),
  } as const;
  const { otpauth } = await peer.expect('register.totp', start);
  await peer.expect('register.done', { type: 'register.confirm', code: codeAt(world, secretOf(otpauth)) });
  expect(await rolesOf(world, 'alice')).toEqual(['admin', 'web']);
  const details = (await readAudit(world.store)).map(({ detail }) => detail);
  const [id] = code.split('.');
  expect(details).toContain(`${id}, roles admin web`);
  expect(details).toContain(`invitation ${id}, roles admin web`);
});

it('can be in a file of users, within the rules', () => {
  const user = {
    username: 'alice',
    suite: '2048-sha256-tssrp6a-x',
    salt: 'ab',
    verifier: 'cd',
    totp: { secret: 'A' },
  };
  const read = (roles: unknown) => readJsonLinesFile(JSON.stringify({ ...user, roles }))[0];
  expect(read(['admin'])).toMatchObject({ roles: ['admin'] });
  expect(read(['Admin'])).toMatchObject({
    problem: 'bad_fields',
    field: { name: 'roles.0', wrong: 'value' },
  });
  expect(read('admin')).toMatchObject({ problem: 'bad_fields', field: { name: 'roles', wrong: 'value' } });
});

it('are empty in records of earlier versions, which stay readable', () => {
  const { roles: _, ...account } = typicalAccount();
  expect(accountSchema.parse(account).roles).toEqual([]);
  const invitation = { id: 'i', salt: '', verifier: '', created: 0, expires: 1 };
  expect(invitationSchema.parse(invitation).roles).toEqual([]);
});

it('stay within the rules whatever is added and removed', async () => {
  const world = await makeWorld();
  const admin = administrationOf(world);
  await register(world, 'alice');
  const role = fc.constantFrom<string>('a', 'b', 'c', 'd', '_e');
  const lists = fc.record({ add: fc.array(role), remove: fc.array(role) });
  let expected: string[] = [];
  await fc.assert(
    fc.asyncProperty(lists, async ({ add, remove }) => {
      expected = [...new Set([...expected, ...add])].filter((each) => !remove.includes(each)).sort();
      expect((await admin.changeRoles('alice', { add, remove })).roles).toEqual(expected);
      expect(await rolesOf(world, 'alice')).toEqual(expected);
    }),
  );
});
