/** What a session bears of one client: how long it waits, what it takes twice, and what it answers to both at once. */
import {
  CURRENT_SUITE,
  computeVerifier,
  generateSalt,
  LEGACY_SUITE,
  startClient,
} from '@countersign/srp-core';
import { TotpSecret } from '@countersign/totp-core';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import {
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  register,
  secretOf,
  type User,
  type World,
} from './world.ts';

/** An account as an import makes it: verified in the old way, not stretched. */
async function importUser(world: World, username: string): Promise<User> {
  const { accounts } = world.services;
  const [salt, secret, password] = [generateSalt(), TotpSecret.generate(), 'open sesame'];
  const bytes = new TextEncoder().encode(password);
  const verifier = computeVerifier({ suite: LEGACY_SUITE, identity: username, password: bytes, salt });
  const text = (value: Uint8Array) => Buffer.from(value).toString('base64url');
  const account = accounts.newAccount({
    username,
    credential: {
      suite: LEGACY_SUITE.name,
      identity: username,
      stretch: { name: 'none' },
      salt: text(salt),
      verifier: text(verifier),
    },
    totp: { secret: text(secret.bytes), algorithm: 'SHA1', digits: 6, period: 30, lastStep: 0, weak: false },
    recovery: [],
    now: world.now,
  });
  await accounts.insert(account, { kind: 'account.imported', username });
  return { username, password, secret, recoveryCodes: [] };
}

describe('a session', () => {
  it('waits half a minute for a step, five for a code and between commands, ten for an enrolment', async () => {
    const world = await makeWorld();
    const newcomer = world.connect({ source: '198.51.100.9' });
    expect(newcomer.session.patience).toBe(30);
    const start = { type: 'register.start', username: 'robert', ...credentialOf('robert', 'x') } as const;
    await newcomer.expect('register.totp', start);
    expect(newcomer.session.patience).toBe(600);
    world.now += 100;
    await newcomer.expect('register.totp', start);
    expect(newcomer.session.patience).toBe(500);

    const user = await register(world, 'alice');
    const peer = world.connect();
    const { prove } = await peer.startLogin('alice', user.password);
    expect(peer.session.patience).toBe(30);
    await prove();
    expect(peer.session.patience).toBe(300);
    await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
    expect(peer.session.patience).toBe(300);
  });

  it('accepts no first code after ten minutes', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    const start = { type: 'register.start', username: 'alice', ...credentialOf('alice', 'x') } as const;
    const { otpauth, expiresAt } = await peer.expect('register.totp', start);
    world.now = expiresAt;
    const code = codeAt(world, secretOf(otpauth));
    expect(await peer.ask({ type: 'register.confirm', code })).toMatchObject({ code: 'expired' });
    expect(await world.services.accounts.find('alice')).toBeUndefined();
  });

  it('asks for another suite once, and refuses one that is repeated', async () => {
    const world = await makeWorld();
    const user = await importUser(world, 'alice');
    const peer = world.connect();
    const { A } = startClient({ group: CURRENT_SUITE.group });
    const start = { type: 'login.start', username: 'alice', suite: CURRENT_SUITE.name, A } as const;
    expect(await peer.ask(start)).toEqual({ type: 'login.restart', suite: LEGACY_SUITE.name });
    expect(await peer.ask(start)).toMatchObject({ type: 'error', code: 'protocol' });
    expect(peer.session.isOver).toBe(true);
    await login(world, user);
  });

  it('costs a user no attempt for a recovery code that was mistyped', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const factor = { kind: 'recovery', code: 'AAAA-AAAA-AAAA-AAAA' } as const;
    expect(await peer.ask({ type: 'totp.replace', factor })).toMatchObject({ reason: 'malformed' });
    const account = await world.services.accounts.find('alice');
    const failures = await world.services.ledger.failuresOf(account?.uid ?? '', account?.proofs);
    expect(failures).toEqual({ passwords: 0, codes: 0 });
  });
});

describe('an upgrade of an imported credential', () => {
  it('racing a change of password leaves the new password, whichever comes first', async () => {
    for (const order of ['upgrade', 'change']) {
      const world = await makeWorld();
      const user = await importUser(world, 'alice');
      const changing = (await login(world, user)).peer;
      const upgrading = (await login(world, user)).peer;
      const change = () =>
        changing.ask({
          type: 'password.change',
          ...credentialOf('alice', 'open barley'),
          factor: { kind: 'totp', code: codeAt(world, user.secret, 1) },
        });
      const upgrade = () =>
        upgrading.ask({
          type: 'credential.upgrade',
          ...credentialOf('alice', user.password),
          factor: { kind: 'totp', code: codeAt(world, user.secret) },
        });
      world.now += 30;
      const both = order === 'upgrade' ? [upgrade(), change()] : [change(), upgrade()];
      expect((await Promise.all(both)).map(({ type }) => type)).toContain('password.changed');
      world.now += 30;
      await login(world, { ...user, password: 'open barley' });
    }
  });

  it('interrupted before or after its commit, leaves an account that opens', async () => {
    const world = await makeWorld();
    const user = await importUser(world, 'alice');
    await login(world, user);
    const { peer } = await login(world, user);
    await peer.session.handle({
      type: 'credential.upgrade',
      ...credentialOf('alice', user.password),
      factor: nextFactor(world, user),
    });
    const { done } = await login(world, user);
    expect(done.advice).toEqual([]);
  });
});

describe('an alarm', () => {
  it('is raised only after a right password, and never reveals whether a name has an account', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const answers = [];
    for (const [username, password] of [
      ['alice', 'open says me'],
      ['nobody', 'open sesame'],
      ['alice', user.password],
    ] as const) {
      const peer = world.connect();
      Object.assign(peer, { binding: new Uint8Array(32).fill(9) });
      answers.push(await peer.prove(username, password));
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers.map((answer) => ('code' in answer ? answer.code : answer.type))).toEqual([
      'authentication_failed',
      'authentication_failed',
      'channel_mismatch',
    ]);
    const alarms = (await readAudit(world.store)).filter(({ kind }) => kind === 'channel.mismatch');
    expect(alarms).toMatchObject([{ username: 'alice' }]);
  });
});
