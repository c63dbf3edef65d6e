import { describe, expect, it } from 'vitest';
import { Administration } from '../src/accounts/administration.ts';
import { readAudit } from '../src/audit/read.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import type { RegistrationPolicy } from '../src/session/services.ts';
import { Session } from '../src/session/session.ts';
import { proveInvitation } from './invited.ts';
import { certified, isRevoked, krlOf, loggedIn, makeSshWorld } from './ssh-world.ts';
import {
  accountOf,
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  Peer,
  register,
  secretOf,
  type User,
  type World,
  wrongCode,
} from './world.ts';

const HOUR = 3600;
const NEW_PASSWORD = 'a new password';

function administrationOf({ store, services }: World): Administration {
  const { randomBytes, clock } = services;
  return new Administration({ store, limits: DEFAULT_LIMITS, clock, randomBytes });
}

async function reset(world: World, name = 'alice'): Promise<{ id: string; code: string }> {
  const admin = administrationOf(world);
  return admin.resetPassword(await admin.find(name));
}

/** A registered user whose password was reset, on a server with this policy. */
async function makeReset(registration: RegistrationPolicy = 'open') {
  const open = await makeWorld();
  const user = await register(open, 'alice');
  const world = await makeWorld({ store: open.store, registration });
  world.now = open.now;
  return { world, user, ...(await reset(world)) };
}

type FactorOf = { readonly kind: 'totp' | 'recovery'; readonly code: string };
const setting = (factor: FactorOf, password = NEW_PASSWORD, name = 'alice') =>
  ({ type: 'password.reset', ...credentialOf(name, password), factor }) as const;

async function proven(world: World, code: string, source = '192.0.2.1'): Promise<Peer> {
  const peer = world.connect({ source });
  expect(await proveInvitation(peer, code)).toMatchObject({ type: 'login.proven' });
  return peer;
}

const withNewPassword = (user: User): User => ({ ...user, password: NEW_PASSWORD });

async function eventsOf(world: World, kind: string) {
  await world.services.journal.flush();
  return (await readAudit(world.store)).filter((event) => event.kind === kind);
}

describe('a password reset', () => {
  it('sets a new password with its code and a code of the authenticator, which stays', async () => {
    const { world, user, id, code } = await makeReset('closed');
    const peer = world.connect();
    expect(await proveInvitation(peer, code)).toMatchObject({ factors: ['totp', 'recovery'] });
    expect(peer.session.isProven).toBe(true);
    await peer.expect('password.changed', setting(nextFactor(world, user)));
    peer.session.end();
    await login(world, withNewPassword(user));
    expect((await accountOf(world, 'alice')).passwordReset).toBeUndefined();
    expect(await eventsOf(world, 'admin.password_reset')).toMatchObject([{ username: 'alice', detail: id }]);
    expect(await eventsOf(world, 'password.reset')).toMatchObject([
      { username: 'alice', source: '192.0.2.1' },
    ]);
    expect(await eventsOf(world, 'reset.unfinished')).toEqual([]);
    expect(JSON.stringify(await readAudit(world.store))).not.toContain(code);
  });

  it('ends the old password, the sessions, the devices and the SSH certificates at once', async () => {
    const ssh = await makeSshWorld();
    const { world, admin } = ssh;
    const { user, peer } = await loggedIn(ssh, 'alice', 'web');
    const certificate = await certified(peer);
    await login(world, user, '192.0.2.1', new Uint8Array(32).fill(5));
    await reset(world);
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'session_stale' });
    expect(await world.connect().prove('alice', user.password)).toMatchObject({
      code: 'authentication_failed',
    });
    expect(isRevoked(await krlOf(ssh), certificate)).toBe(true);
    expect(await admin.show('alice')).toMatchObject({ state: 'password_reset', devices: [] });
  });

  it('takes a recovery code, once', async () => {
    const { world, user, code } = await makeReset();
    const [recovery = '', next = ''] = user.recoveryCodes;
    const peer = await proven(world, code);
    await peer.expect('password.changed', setting({ kind: 'recovery', code: recovery }));
    const again = await reset(world);
    const other = await proven(world, again.code);
    await other.expect('factor.rejected', setting({ kind: 'recovery', code: recovery }));
    await other.expect('password.changed', setting({ kind: 'recovery', code: next }));
  });

  it('is refused in the same words when its code is used, expired, replaced, revoked, unknown or wrong', async () => {
    const { world, user, code: used } = await makeReset('invite');
    const peer = await proven(world, used);
    await peer.expect('password.changed', setting(nextFactor(world, user)));
    const { code: replaced } = await reset(world);
    const { id, code: expired } = await reset(world);
    world.now += 24 * HOUR;
    const { id: revokedId, code: revoked } = await reset(world);
    await world.services.invitations.revoke(revokedId);
    const { id: lastId, code: last } = await reset(world);
    const unknown = last.replace(lastId, 'AAAAAAAA');
    const wrong = expired.replace(id, lastId);
    const answers = [];
    for (const [n, tried] of [used, replaced, expired, revoked, unknown, wrong].entries())
      answers.push(await proveInvitation(world.connect({ source: `192.0.2.${n}` }), tried));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ code: 'authentication_failed' });
    expect(await proveInvitation(world.connect({ source: '192.0.2.9' }), last)).toMatchObject({
      type: 'login.proven',
    });
  });

  it('expires while its holder looks for a second factor', async () => {
    const { world, user, code } = await makeReset();
    world.now += 24 * HOUR - 60;
    const peer = await proven(world, code);
    expect(peer.session.patience).toBe(60);
    world.now += 60;
    expect(await peer.ask(setting(nextFactor(world, user)))).toMatchObject({ code: 'expired' });
    await expect(login(world, withNewPassword(user))).rejects.toThrow();
  });

  it('is refused for a disabled account, only after a right code', async () => {
    const { world, code } = await makeReset();
    await administrationOf(world).disable('alice');
    expect(await proveInvitation(world.connect(), code)).toMatchObject({ code: 'disabled' });
  });

  it('is refused after the account was removed and its name registered again', async () => {
    const { world, code } = await makeReset();
    const admin = administrationOf(world);
    await admin.remove(await admin.find('alice'));
    await register(world, 'alice');
    expect(await proveInvitation(world.connect(), code)).toMatchObject({ code: 'authentication_failed' });
  });

  it('keeps the name of the account until it is used', async () => {
    const { world, user, code } = await makeReset();
    const admin = administrationOf(world);
    const rename = async () => admin.rename(await admin.find('alice'), 'ally');
    await expect(rename()).rejects.toMatchObject({ code: 'reset_pending' });
    const peer = await proven(world, code);
    await peer.expect('password.changed', setting(nextFactor(world, user)));
    await rename();
  });

  it('together with a reset of the authenticator leaves the recovery code for the login', async () => {
    const { world, user, code } = await makeReset();
    const admin = administrationOf(world);
    const recovery = await admin.resetTotp(await admin.find('alice'));
    const factor = { kind: 'recovery', code: recovery } as const;
    expect(await admin.show('alice')).toMatchObject({ state: 'password_reset' });
    const peer = world.connect();
    expect(await proveInvitation(peer, code)).toMatchObject({ factors: ['recovery'] });
    await peer.expect('factor.rejected', setting(nextFactor(world, user)));
    await peer.expect('password.changed', setting(factor));
    expect(await admin.show('alice')).toMatchObject({ state: 'totp_reset' });
    const next = world.connect();
    expect(await next.prove('alice', NEW_PASSWORD)).toMatchObject({ factors: ['totp.replace'] });
    const { otpauth } = await next.expect('totp.replacing', { type: 'totp.replace', factor });
    const secret = secretOf(otpauth);
    await next.expect('login.done', { type: 'totp.confirm', code: codeAt(world, secret) });
  });
});

describe('the holder of a stolen reset code', () => {
  it('can guess as often as someone who knows the password, and the user is informed', async () => {
    const { world, user, code } = await makeReset();
    const guess = async (peer: Peer) =>
      peer.expect('factor.rejected', setting({ kind: 'totp', code: wrongCode(world, user.secret) }));
    const thief = await proven(world, code, '203.0.113.9');
    for (let left = 4; left >= 0; left--) expect(await guess(thief)).toMatchObject({ attemptsLeft: left });
    expect(thief.session.isOver).toBe(true);
    thief.session.end();
    const again = world.connect({ source: '203.0.113.9' });
    expect(await proveInvitation(again, code)).toMatchObject({ retryAfter: 60 });
    expect(await guess(again)).toMatchObject({ retryAfter: 60 });
    again.session.end();

    world.now += 60;
    const owner = await proven(world, code);
    await owner.expect('password.changed', setting(nextFactor(world, user)));
    const { done } = await login(world, withNewPassword(user));
    expect(done.failedSince).toMatchObject({ codes: 6 });
    expect(await eventsOf(world, 'reset.unfinished')).toMatchObject([
      { username: 'alice', source: '203.0.113.9', count: 2 },
    ]);
    expect(await eventsOf(world, 'factor.failed')).toMatchObject([{ username: 'alice', count: 5 }]);
  });

  it('cannot use it to register, nor an invitation to set a password', async () => {
    const { world, user, code } = await makeReset();
    const thief = await proven(world, code);
    const start = { type: 'register.start', username: 'mallory', ...credentialOf('mallory', 'x') } as const;
    expect(await thief.ask(start)).toMatchObject({ code: 'protocol' });
    const { code: invitation } = await world.services.invitations.create({
      now: world.now,
      validFor: HOUR,
      username: 'alice',
    });
    const invited = await proven(world, invitation);
    expect(await invited.ask(setting(nextFactor(world, user)))).toMatchObject({ code: 'protocol' });
  });

  it('cannot relay the proof of its owner, who is named in the alarm', async () => {
    const { world, code, id } = await makeReset();
    const facts = { source: '203.0.113.1', binding: new Uint8Array(32) };
    const victim = new Peer(new Session(world.services, facts, () => {}), new Uint8Array(32).fill(9));
    expect(await proveInvitation(victim, code)).toMatchObject({ code: 'channel_mismatch' });
    expect(await eventsOf(world, 'channel.mismatch')).toMatchObject([
      { username: 'alice', source: '203.0.113.1', detail: `invitation ${id}` },
    ]);
  });
});

describe('two at once', () => {
  it('with one code: one sets the password, the other is told, and no second factor is lost', async () => {
    const { world, user, code } = await makeReset();
    const peers = [await proven(world, code), await proven(world, code)];
    const [recovery = '', other = ''] = user.recoveryCodes;
    const answers = await Promise.all([
      peers[0]?.ask(setting({ kind: 'recovery', code: recovery }, 'password of one')),
      peers[1]?.ask(setting({ kind: 'recovery', code: other }, 'password of two')),
    ]);
    expect(answers.map((answer) => answer?.type).sort()).toEqual(['error', 'password.changed']);
    expect(answers).toContainEqual(expect.objectContaining({ code: 'session_stale' }));
    const winner = answers.findIndex((answer) => answer?.type === 'password.changed');
    await login(world, { ...user, password: ['password of one', 'password of two'][winner] ?? '' });
    expect((await accountOf(world, 'alice')).recovery).toHaveLength(9);
  });

  it('a code that is revoked or replaced while it is used sets no password', async () => {
    const { world, user, id, code } = await makeReset();
    const revoked = await proven(world, code);
    await world.services.invitations.revoke(id);
    expect(await revoked.ask(setting(nextFactor(world, user)))).toMatchObject({ code: 'session_stale' });
    const { code: earlier } = await reset(world);
    const replaced = await proven(world, earlier);
    await reset(world);
    expect(await replaced.ask(setting(nextFactor(world, user)))).toMatchObject({ code: 'session_stale' });
    await expect(login(world, withNewPassword(user))).rejects.toThrow();
  });

  it('two administrators leave one valid code', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const codes = await Promise.all([reset(world), reset(world)]);
    const answers = [];
    for (const { code } of codes) answers.push(await proveInvitation(world.connect(), code));
    expect(answers.map(({ type }) => type).sort()).toEqual(['error', 'login.proven']);
    const stored = [];
    for await (const { id } of world.services.invitations.all()) stored.push(id);
    expect(stored).toHaveLength(1);
  });
});
