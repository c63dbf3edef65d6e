import { describe, expect, it, vi } from 'vitest';
import {
  accountOf,
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  register,
  secretOf,
  type User,
  type World,
  wrongCode,
} from './world.ts';

/** A connection with the password proven and the code still to come. */
async function halfway(world: World, user: User) {
  const peer = world.connect({ source: '203.0.113.5' });
  await peer.prove(user.username, user.password);
  return peer;
}

describe('a change of password', () => {
  it('accepts the new password and refuses the old', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    expect(await world.connect().prove('alice', user.password)).toMatchObject({
      code: 'authentication_failed',
    });
    await login(world, { ...user, password: 'open barley' });
  });

  it('ends another session between M2 and the code', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const other = await halfway(world, user);
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    world.now += 30;
    const code = codeAt(world, user.secret);
    expect(await other.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'session_stale' });
  });

  it('ends the power of another session that is logged in', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const factor = { kind: 'recovery', code: user.recoveryCodes[0] ?? '' } as const;
    const commands = [
      { type: 'password.change', ...credentialOf('alice', 'open mine'), factor },
      { type: 'recovery.renew', factor },
      { type: 'account.show' },
      { type: 'account.remove', factor },
    ] as const;
    const others = [];
    for (const _ of commands) others.push((await login(world, user)).peer);
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    for (const [n, command] of commands.entries())
      expect(await others[n]?.ask(command)).toMatchObject({ code: 'session_stale' });
  });

  it('refuses a proof of the old password over a challenge from before, and counts it as one wrong password', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const source = '203.0.113.5';
    const { prove } = await world.connect({ source }).startLogin('alice', user.password);
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    const wrong = await world.connect({ source }).prove('alice', user.password);
    expect(await prove()).toEqual(wrong);
    expect(wrong).toMatchObject({ code: 'authentication_failed' });
    const { done } = await login(world, { ...user, password: 'open barley' });
    expect(done.failedSince).toEqual({ passwords: 2, codes: 0 });
  });

  it('raises no alarm for the old password over an earlier challenge', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const between = world.connect();
    const { prove } = await between.startLogin('alice', user.password);
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    Object.assign(between, { binding: new Uint8Array(32).fill(9) });
    expect(await prove()).toMatchObject({ code: 'authentication_failed' });
  });

  it('reads no account for a wrong proof', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const { prove } = await world.connect().startLogin('alice', 'open says me');
    const read = vi.spyOn(world.services.accounts, 'find');
    expect(await prove()).toMatchObject({ code: 'authentication_failed' });
    expect(read).not.toHaveBeenCalled();
  });

  it('lets its own session go on', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    await peer.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ username: 'alice' });
  });
});

describe('an account removed and registered again', () => {
  it('accepts no proof over a challenge of the previous account', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { prove } = await world.connect().startLogin('alice', user.password);
    const { peer } = await login(world, user);
    await peer.expect('account.removed', { type: 'account.remove', factor: nextFactor(world, user) });
    await register(world, 'alice');
    expect(await prove()).toMatchObject({ code: 'authentication_failed' });
  });

  it('is not touched by a session of the one before', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const logged = (await login(world, user)).peer;
    const other = await halfway(world, user);
    const { peer } = await login(world, user);
    await peer.expect('account.removed', { type: 'account.remove', factor: nextFactor(world, user) });
    const again = await register(world, 'alice');
    const code = codeAt(world, user.secret);
    expect(await other.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'session_stale' });
    const factor = nextFactor(world, again);
    expect(await logged.ask({ type: 'account.remove', factor })).toMatchObject({ code: 'session_stale' });
    await login(world, again);
  });
});

describe('a disabled account', () => {
  it('is reported only after the right password, and stops a login in progress', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const other = await halfway(world, user);
    await world.services.accounts.administer(
      await accountOf(world, 'alice'),
      (account) => ({ ...account, disabled: true, generation: world.services.accounts.newGeneration() }),
      { kind: 'admin.disabled', username: 'alice' },
    );
    expect(await world.connect().prove('alice', 'wrong')).toMatchObject({ code: 'authentication_failed' });
    expect(await world.connect().prove('alice', user.password)).toMatchObject({ code: 'disabled' });
    const code = codeAt(world, user.secret);
    expect(await other.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'session_stale' });
  });
});

describe('a new authenticator', () => {
  it('needs a current code, and the old one works until the new one is confirmed', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const used = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    expect(await peer.ask({ type: 'totp.replace', factor: used })).toMatchObject({ reason: 'used' });
    world.now += 30;
    const factor = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    await login(world, user);
    const secret = secretOf(otpauth);
    await peer.expect('factor.rejected', { type: 'totp.confirm', code: wrongCode(world, secret) });
    await peer.expect('totp.replaced', { type: 'totp.confirm', code: codeAt(world, secret) });
    await login(world, { ...user, secret });
    world.now += 30;
    const old = await halfway(world, user);
    expect(await old.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject({
      type: 'factor.rejected',
    });
  });

  it('is refused without a factor after an ordinary login', async () => {
    const world = await makeWorld();
    const { peer } = await login(world, await register(world, 'alice'));
    expect(await peer.ask({ type: 'totp.replace' })).toMatchObject({ code: 'protocol' });
  });

  it('needs no further factor after a login by recovery code', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = await halfway(world, user);
    await peer.expect('login.done', { type: 'recovery.submit', code: user.recoveryCodes[3] ?? '' });
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace' });
    const secret = secretOf(otpauth);
    await peer.expect('totp.replaced', { type: 'totp.confirm', code: codeAt(world, secret) });
    const { done } = await login(world, { ...user, secret });
    expect(done.recoveryCodesLeft).toBe(9);
  });

  it('spends a recovery code only when it is confirmed', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const factor = { kind: 'recovery', code: user.recoveryCodes[0] ?? '' } as const;
    const torn = (await login(world, user)).peer;
    await torn.expect('totp.replacing', { type: 'totp.replace', factor });
    const { peer, done } = await login(world, user);
    expect(done.recoveryCodesLeft).toBe(10);
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    await peer.expect('totp.replaced', { type: 'totp.confirm', code: codeAt(world, secretOf(otpauth)) });
    expect((await world.services.accounts.find('alice'))?.recovery).toHaveLength(9);
  });
});

describe('an account whose authenticator was reset', () => {
  async function reset() {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const [code = ''] = user.recoveryCodes;
    await world.services.accounts.administer(
      await accountOf(world, 'alice'),
      (account) => ({
        ...account,
        totpReset: true,
        recovery: world.services.accounts.hashCodes([code]),
        generation: world.services.accounts.newGeneration(),
      }),
      { kind: 'admin.totp_reset', username: 'alice' },
    );
    return { world, user, code };
  }

  it('accepts no code and no recovery login, only a new authenticator', async () => {
    const { world, user, code } = await reset();
    const peer = world.connect();
    expect(await peer.prove('alice', user.password)).toMatchObject({ factors: ['totp.replace'] });
    expect(await peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject({
      reason: 'wrong',
    });
    expect(await peer.ask({ type: 'recovery.submit', code })).toMatchObject({ reason: 'wrong' });
  });

  it('logs in with the first code of the new authenticator, and the recovery code is spent with it', async () => {
    const { world, user, code } = await reset();
    const factor = { kind: 'recovery', code } as const;
    const torn = world.connect();
    await torn.prove('alice', user.password);
    await torn.expect('totp.replacing', { type: 'totp.replace', factor });
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    const secret = secretOf(otpauth);
    const done = await peer.expect('login.done', { type: 'totp.confirm', code: codeAt(world, secret) });
    expect(done.recoveryCodesLeft).toBe(0);
    await login(world, { ...user, secret });
  });

  it('is reported as one event a login, whatever the second factor was', async () => {
    const { world, user, code } = await reset();
    const { uid } = await accountOf(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const factor = { kind: 'recovery', code } as const;
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    const secret = secretOf(otpauth);
    await peer.expect('login.done', { type: 'totp.confirm', code: codeAt(world, secret) });
    const { peer: second } = await login(world, { ...user, secret });
    const paid = nextFactor(world, { ...user, secret });
    const { recoveryCodes } = await second.expect('recovery.renewed', {
      type: 'recovery.renew',
      factor: paid,
    });
    const third = world.connect();
    await third.prove('alice', user.password);
    await third.expect('login.done', { type: 'recovery.submit', code: recoveryCodes[0] ?? '' });
    const who = { uid, username: 'alice', source: '192.0.2.1' };
    expect(world.logins).toEqual([
      { ...who, factor: 'recovery', reset: true },
      { ...who, factor: 'totp', reset: false },
      { ...who, factor: 'recovery', reset: false },
    ]);
  });
});

describe('recovery codes', () => {
  it('are worth nothing once they are renewed', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const { recoveryCodes } = await peer.expect('recovery.renewed', {
      type: 'recovery.renew',
      factor: nextFactor(world, user),
    });
    expect(new Set([...recoveryCodes, ...user.recoveryCodes]).size).toBe(20);
    const other = await halfway(world, user);
    const old = await other.ask({ type: 'recovery.submit', code: user.recoveryCodes[0] ?? '' });
    expect(old).toMatchObject({ reason: 'wrong' });
    await other.expect('login.done', { type: 'recovery.submit', code: recoveryCodes[0] ?? '' });
  });

  it('open one of a hundred logins that submit the same at once', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peers = [];
    for (let n = 0; n < 100; n++) {
      const peer = world.connect({ source: `192.0.2.${n}` });
      await peer.prove('alice', user.password);
      peers.push(peer);
    }
    const code = user.recoveryCodes[5] ?? '';
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'recovery.submit', code })));
    expect(answers.filter(({ type }) => type === 'login.done')).toHaveLength(1);
    expect((await world.services.accounts.find('alice'))?.recovery).toHaveLength(9);
    expect(world.failures).toEqual([]);
  });
});

describe('an upgrade of the credential', () => {
  it('changes nothing on an account that is up to date', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const before = await accountOf(world, 'alice');
    await peer.expect('credential.upgraded', {
      type: 'credential.upgrade',
      ...credentialOf('alice', 'other words'),
      factor: nextFactor(world, user),
    });
    expect(await accountOf(world, 'alice')).toEqual(before);
  });

  it('is refused to a session whose password was changed in the meantime', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const other = (await login(world, user)).peer;
    await other.expect('password.changed', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor: nextFactor(world, user),
    });
    const upgrade = {
      type: 'credential.upgrade',
      ...credentialOf('alice', user.password),
      factor: nextFactor(world, user),
    } as const;
    expect(await peer.ask(upgrade)).toMatchObject({ code: 'session_stale' });
  });
});
