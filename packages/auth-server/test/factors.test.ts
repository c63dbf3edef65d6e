/** Commands that need a factor of their own, and what a thief of a password, a code or a session gets. */
import type { Message } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  type Peer,
  register,
  secretOf,
  type User,
  type World,
  wrongCode,
} from './world.ts';

type Factor = { readonly kind: 'totp' | 'recovery'; readonly code: string };

/** Every command that changes an account, and how it is answered when its factor is taken. */
const COMMANDS = {
  'password.change': 'password.changed',
  'credential.upgrade': 'credential.upgraded',
  'recovery.renew': 'recovery.renewed',
  'totp.replace': 'totp.replacing',
  'account.remove': 'account.removed',
} as const;
const NAMES = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];

function commandOf(type: keyof typeof COMMANDS, factor: Factor): Message {
  return type === 'password.change' || type === 'credential.upgrade'
    ? { type, ...credentialOf('alice', 'open barley'), factor }
    : { type, factor };
}

/** A session that was logged in to, as a thief has it who takes over the terminal. */
async function stolen(): Promise<{ world: World; user: User; peer: Peer }> {
  const world = await makeWorld();
  const user = await register(world, 'alice');
  return { world, user, peer: (await login(world, user)).peer };
}

const recoveryOf = (user: User, n = 0): Factor => ({ kind: 'recovery', code: user.recoveryCodes[n] ?? '' });

describe('a command that changes the account', () => {
  it.each(NAMES)(
    '%s: changes nothing for the code of the login, a wrong code or a malformed one',
    async (name) => {
      const { world, user, peer } = await stolen();
      const before = await accountOf(world, 'alice');
      for (const [code, reason] of [
        [codeAt(world, user.secret), 'used'],
        [wrongCode(world, user.secret), 'wrong'],
        ['12345', 'malformed'],
      ] as const)
        expect(await peer.ask(commandOf(name, { kind: 'totp', code }))).toMatchObject({ reason });
      expect(await accountOf(world, 'alice')).toEqual(before);
    },
  );

  it.each(NAMES)('%s: spends the code that it is given, which then pays for nothing else', async (name) => {
    const { world, user, peer } = await stolen();
    const { peer: other } = await login(world, user);
    const factor = nextFactor(world, user);
    await peer.expect(COMMANDS[name], commandOf(name, factor));
    const again = await other.ask(commandOf('recovery.renew', factor));
    const gone = ['password.change', 'account.remove'].includes(name);
    // An upgrade that was not needed has done nothing, and has spent nothing.
    if (name === 'credential.upgrade') expect(again).toMatchObject({ type: 'recovery.renewed' });
    else expect(again).toMatchObject(gone ? { code: 'session_stale' } : { reason: 'used' });
  });

  it.each(NAMES)('%s: accepts a recovery code, and no second command accepts the same one', async (name) => {
    const { world, user, peer } = await stolen();
    const { peer: other } = await login(world, user);
    if (name === 'totp.replace') {
      const { otpauth } = await peer.expect(COMMANDS[name], { type: name, factor: recoveryOf(user) });
      const code = codeAt(world, secretOf(otpauth));
      await peer.expect('totp.replaced', { type: 'totp.confirm', code });
    } else await peer.expect(COMMANDS[name], commandOf(name, recoveryOf(user)));
    const again = await other.ask(commandOf('recovery.renew', recoveryOf(user)));
    const gone = ['password.change', 'totp.replace', 'account.remove'].includes(name);
    // An upgrade that was not needed has done nothing, and has spent nothing.
    if (name === 'credential.upgrade') expect(again).toMatchObject({ type: 'recovery.renewed' });
    else expect(again).toMatchObject(gone ? { code: 'session_stale' } : { reason: 'wrong' });
  });

  it('spends the recovery code that changes a password', async () => {
    const { world, user, peer } = await stolen();
    await peer.expect('password.changed', commandOf('password.change', recoveryOf(user)));
    expect((await accountOf(world, 'alice')).recovery).toHaveLength(9);
    expect(await peer.ask(commandOf('account.remove', recoveryOf(user)))).toMatchObject({ reason: 'wrong' });
  });

  it('is done once when two sessions pay with the same code at once', async () => {
    const { world, user, peer } = await stolen();
    const { peer: other } = await login(world, user);
    const factor = nextFactor(world, user);
    const renew = commandOf('recovery.renew', factor);
    const answers = await Promise.all([peer, other].map((one) => one.ask(renew)));
    expect(answers.map(({ type }) => type).sort()).toEqual(['factor.rejected', 'recovery.renewed']);
  });

  it('is guessed at under the budget of the account, and the fifth wrong code ends the session', async () => {
    const { world, user, peer } = await stolen();
    const guess = commandOf('account.remove', { kind: 'totp', code: wrongCode(world, user.secret) });
    for (let left = 4; left >= 0; left--) expect(await peer.ask(guess)).toMatchObject({ attemptsLeft: left });
    expect(peer.session.isOver).toBe(true);
    const { peer: other } = await halfway(world, user);
    const code = codeAt(world, user.secret);
    expect(await other.ask({ type: 'totp.submit', code })).toMatchObject({ retryAfter: expect.any(Number) });
  });
});

async function halfway(world: World, user: User): Promise<{ peer: Peer }> {
  const peer = world.connect();
  await peer.prove(user.username, user.password);
  return { peer };
}

describe('a factor created in a session', () => {
  it('pays for nothing in it: recovery codes of one phished code do not replace the authenticator', async () => {
    const { world, user, peer } = await stolen();
    const renew = { type: 'recovery.renew', factor: nextFactor(world, user) } as const;
    const { recoveryCodes } = await peer.expect('recovery.renewed', renew);
    for (const name of NAMES.slice(0, 4)) {
      const factor = { kind: 'recovery', code: recoveryCodes[0] ?? '' } as const;
      expect(await peer.ask(commandOf(name, factor))).toMatchObject({ reason: 'own' });
    }
    expect((await accountOf(world, 'alice')).recovery).toHaveLength(10);
  });

  it('pays for nothing in it: codes of an authenticator enrolled in it do not either', async () => {
    const { world, user, peer } = await stolen();
    const replace = { type: 'totp.replace', factor: nextFactor(world, user) } as const;
    const { otpauth } = await peer.expect('totp.replacing', replace);
    const secret = secretOf(otpauth);
    await peer.expect('totp.replaced', { type: 'totp.confirm', code: codeAt(world, secret) });
    const factor = nextFactor(world, { ...user, secret });
    expect(await peer.ask(commandOf('password.change', factor))).toMatchObject({ reason: 'own' });
    expect(await peer.ask(commandOf('password.change', recoveryOf(user)))).toMatchObject({
      type: 'password.changed',
    });
  });

  it('pays in the next session', async () => {
    const { world, user, peer } = await stolen();
    const renew = { type: 'recovery.renew', factor: nextFactor(world, user) } as const;
    const { recoveryCodes } = await peer.expect('recovery.renewed', renew);
    const next = (await login(world, user)).peer;
    const factor = { kind: 'recovery', code: recoveryCodes[0] ?? '' } as const;
    expect(await next.ask(commandOf('password.change', factor))).toMatchObject({ type: 'password.changed' });
  });
});

describe('a login by recovery code', () => {
  it('has paid for one new authenticator and for nothing else', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await halfway(world, user);
    const [code = ''] = user.recoveryCodes;
    await peer.expect('login.done', { type: 'recovery.submit', code });
    for (const name of ['password.change', 'recovery.renew', 'account.remove'] as const)
      expect(await peer.ask(commandOf(name, recoveryOf(user)))).toMatchObject({ reason: 'wrong' });
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace' });
    await peer.expect('totp.replaced', { type: 'totp.confirm', code: codeAt(world, secretOf(otpauth)) });
    expect(await peer.ask({ type: 'totp.replace' })).toMatchObject({ code: 'protocol' });
  });

  it('with the last one still lets its owner enrol a new authenticator', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const [code = ''] = user.recoveryCodes;
    const { accounts } = world.services;
    const recovery = accounts.hashCodes([code]);
    const account = await accountOf(world, 'alice');
    await accounts.administer(account, (now) => ({ ...now, recovery }), {
      kind: 'recovery.renewed',
      username: 'alice',
    });
    const { peer } = await halfway(world, user);
    const done = await peer.expect('login.done', { type: 'recovery.submit', code });
    expect(done.recoveryCodesLeft).toBe(0);
    await peer.expect('totp.replacing', { type: 'totp.replace' });
  });
});

describe('nextCodeIn', () => {
  it('counts to the end of the step whose code the login has spent', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    world.now += 11;
    const { done, peer } = await login(world, user);
    expect(done.nextCodeIn).toBe(30 - (world.now % 30));
    world.now += 5;
    const factor = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    expect(await peer.ask({ type: 'account.remove', factor })).toMatchObject({
      reason: 'used',
      nextCodeIn: 30 - (world.now % 30),
    });
    world.now += done.nextCodeIn;
    const next = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    await peer.expect('account.removed', { type: 'account.remove', factor: next });
  });

  it('is 0 after a login by recovery code, which has spent no code', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await halfway(world, user);
    const [code = ''] = user.recoveryCodes;
    expect(await peer.ask({ type: 'recovery.submit', code })).toMatchObject({ nextCodeIn: 0 });
  });
});
