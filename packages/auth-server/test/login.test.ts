import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { describeCrowds } from './crowds.ts';
import { codeAt, credentialOf, login, makeWorld, register, secretOf, wrongCode } from './world.ts';

describe('registration', () => {
  it('makes the account only with a right first code', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    const credential = credentialOf('alice', 'open sesame');
    const { otpauth } = await peer.expect('register.totp', {
      type: 'register.start',
      username: 'alice',
      ...credential,
    });
    const secret = secretOf(otpauth);
    const wrong = await peer.expect('factor.rejected', {
      type: 'register.confirm',
      code: wrongCode(world, secret),
    });
    expect(wrong.attemptsLeft).toBe(4);
    expect(await world.services.accounts.find('alice')).toBeUndefined();
    const done = await peer.expect('register.done', {
      type: 'register.confirm',
      code: codeAt(world, secret),
    });
    expect(done.recoveryCodes).toHaveLength(10);
    expect(peer.session.isOver).toBe(true);
    expect((await world.services.accounts.find('alice'))?.username).toBe('alice');
  });

  it('reports that the clock of the phone is wrong', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    const start = {
      type: 'register.start',
      username: 'alice',
      ...credentialOf('alice', 'open sesame'),
    } as const;
    const { otpauth } = await peer.expect('register.totp', start);
    const code = codeAt(world, secretOf(otpauth), 20);
    const rejected = await peer.expect('factor.rejected', { type: 'register.confirm', code });
    expect(rejected.hint).toEqual({ cause: 'clock', offsetSeconds: 600 });
  });

  it('reports that an earlier QR code of this connection was scanned', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    const start = {
      type: 'register.start',
      username: 'alice',
      ...credentialOf('alice', 'open sesame'),
    } as const;
    const first = await peer.expect('register.totp', start);
    await peer.expect('register.totp', start);
    const code = codeAt(world, secretOf(first.otpauth));
    const rejected = await peer.expect('factor.rejected', { type: 'register.confirm', code });
    expect(rejected.hint?.cause).toBe('earlier_qr');
  });

  it('ends after five wrong codes and reserves no name', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    const start = {
      type: 'register.start',
      username: 'alice',
      ...credentialOf('alice', 'open sesame'),
    } as const;
    const { otpauth } = await peer.expect('register.totp', start);
    const code = wrongCode(world, secretOf(otpauth));
    for (let left = 4; left >= 0; left--)
      expect((await peer.expect('factor.rejected', { type: 'register.confirm', code })).attemptsLeft).toBe(
        left,
      );
    expect(peer.session.isOver).toBe(true);
    await register(world, 'alice');
  });

  it('lets exactly one of two confirmations of a name win', async () => {
    const world = await makeWorld();
    const peers = [world.connect(), world.connect()];
    const starts = peers.map(async (peer) => {
      const start = {
        type: 'register.start',
        username: 'alice',
        ...credentialOf('alice', 'open sesame'),
      } as const;
      const { otpauth } = await peer.expect('register.totp', start);
      return { peer, code: codeAt(world, secretOf(otpauth)) };
    });
    const pending = await Promise.all(starts);
    const answers = await Promise.all(
      pending.map(({ peer, code }) => peer.ask({ type: 'register.confirm', code })),
    );
    expect(answers.map(({ type }) => type).sort()).toEqual(['error', 'register.done']);
    expect(answers.find(({ type }) => type === 'error')).toMatchObject({ code: 'name_taken' });
  });

  it('refuses a taken name, one outside the rules, and any profile but its own', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const credential = credentialOf('alice', 'open sesame');
    const start = { type: 'register.start', username: 'alice', ...credential } as const;
    const tries = [
      [start, 'name_taken'],
      [{ ...start, username: 'Alice' }, 'name_refused'],
      [{ ...start, username: 'al:ice' }, 'name_refused'],
      [{ ...start, username: 'robert', salt: credential.salt.slice(1) }, 'profile_refused'],
      [{ ...start, username: 'robert', suite: '2048-legacy-x' }, 'profile_refused'],
      [{ ...start, username: 'robert', stretch: { name: 'none' } as const }, 'profile_refused'],
      [{ ...start, username: 'robert', verifier: new Uint8Array(384) }, 'profile_refused'],
      [{ ...start, username: 'robert', verifier: credential.verifier.slice(1) }, 'profile_refused'],
    ] as const;
    for (const [message, code] of tries) expect(await world.connect().ask(message)).toMatchObject({ code });
  });

  it('consumes the step of the confirming code', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = world.connect();
    world.now -= 60;
    await peer.prove('alice', user.password);
    const code = codeAt(world, user.secret);
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({
      type: 'factor.rejected',
      reason: 'used',
    });
  });

  it('is refused where it is closed, and without an invitation where it needs one', async () => {
    const start = {
      type: 'register.start',
      username: 'alice',
      ...credentialOf('alice', 'open sesame'),
    } as const;
    const closed = await makeWorld({ registration: 'closed' });
    expect(await closed.connect().ask(start)).toMatchObject({ code: 'registration_closed' });
    const invite = await makeWorld({ registration: 'invite' });
    expect(await invite.connect().ask(start)).toMatchObject({ code: 'invitation_required' });
  });

  it.each(['open', 'invite', 'closed'] as const)(
    'says that it is %s to anyone who asks, and ends the connection',
    async (registration) => {
      const client = (await makeWorld({ registration })).connect();
      expect(await client.ask({ type: 'register.ask' })).toEqual({ type: 'register.policy', registration });
      expect(client.session.isOver).toBe(true);
    },
  );
});

describe('login', () => {
  it('reports the time of the last login and the failures since', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const first = await login(world, user);
    expect(first.done).toMatchObject({ username: 'alice', recoveryCodesLeft: 10, advice: [] });
    expect(first.done.lastLogin).toBeUndefined();
    const time = world.now;
    expect(await world.connect().prove('alice', 'open says me')).toMatchObject({
      code: 'authentication_failed',
    });
    const peer = world.connect();
    await peer.prove('alice', user.password);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    const second = await login(world, user);
    expect(second.done).toMatchObject({ lastLogin: time, failedSince: { passwords: 1, codes: 1 } });
    expect((await login(world, user)).done.failedSince).toBeUndefined();
  });

  it('answers an unknown user like a wrong password, message by message and length by length', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const seen = [];
    for (const username of ['alice', 'nobody']) {
      const peer = world.connect();
      const { answer, prove } = await peer.startLogin(username, 'open says me');
      const proven = await prove();
      seen.push({ answer: lengths(answer), proven });
    }
    expect(seen[0]?.proven).toEqual(seen[1]?.proven);
    expect({ ...seen[0]?.answer, identity: 6 }).toEqual(seen[1]?.answer);
  });

  it('shows an unknown user the same salt each time, and another one to each name', async () => {
    const world = await makeWorld();
    const salts = [];
    for (const username of ['nobody', 'nobody', 'nothing']) {
      const { answer } = await world.connect().startLogin(username, 'x');
      if (answer.type === 'login.challenge') salts.push(Buffer.from(answer.salt).toString('hex'));
    }
    expect(salts[0]).toBe(salts[1]);
    expect(salts[2]).not.toBe(salts[0]);
  });

  it('ends with the fifth wrong code', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const code = wrongCode(world, user.secret);
    for (let left = 4; left >= 0; left--)
      expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({
        attemptsLeft: left,
        reason: 'wrong',
      });
    expect(peer.session.isOver).toBe(true);
  });

  it('accepts a recovery code once, however it is typed, and asks the user to enrol again', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const [recoveryCode = ''] = user.recoveryCodes;
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const typed = recoveryCode.toLowerCase().replaceAll('-', ' ');
    const done = await peer.expect('login.done', { type: 'recovery.submit', code: typed });
    expect(done).toMatchObject({ recoveryCodesLeft: 9, advice: ['replace_totp'] });
    const again = world.connect();
    await again.prove('alice', user.password);
    expect(await again.ask({ type: 'recovery.submit', code: recoveryCode })).toMatchObject({
      reason: 'wrong',
    });
  });

  it('slows a source down after three wrong passwords, and no one else', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    for (let n = 0; n < 3; n++) await world.connect().prove('alice', 'wrong');
    expect(await world.connect().prove('alice', user.password)).toMatchObject({
      code: 'slow_down',
      retryAfter: 1,
    });
    expect(await world.connect({ source: '192.0.2.99' }).prove('alice', user.password)).toMatchObject({
      type: 'login.proven',
    });
    world.now += 1;
    expect(await world.connect().prove('alice', user.password)).toMatchObject({ type: 'login.proven' });
  });

  it('slows an unknown name down like a known one', async () => {
    const world = await makeWorld();
    for (let n = 0; n < 3; n++) await world.connect().prove('nobody', 'wrong');
    expect(await world.connect().prove('nobody', 'wrong')).toMatchObject({
      code: 'slow_down',
      retryAfter: 1,
    });
  });

  it('pauses a source that has guessed at thirty accounts, but not a device that has logged in from there', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const other = await register(world, 'robert');
    const device = new Uint8Array(32).fill(5);
    await login(world, user, '192.0.2.1', device);
    for (let n = 0; n < 30; n++) await world.connect().prove(`nobody${n}`, 'wrong');
    expect(await world.connect().prove('robert', other.password)).toMatchObject({ code: 'slow_down' });
    await login(world, user, '192.0.2.1', device);
  });

  it('raises the alarm when the proof was made for another channel', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = world.connect();
    Object.assign(peer, { binding: new Uint8Array(32).fill(9) });
    expect(await peer.prove('alice', user.password)).toMatchObject({ code: 'channel_mismatch' });
    const [alarm] = (await readAudit(world.store)).filter(({ kind }) => kind === 'channel.mismatch');
    expect(alarm).toMatchObject({ username: 'alice', source: '192.0.2.1' });
  });

  it('refuses A = 0, 1, N−1 and values of another length before it computes', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    for (const A of [
      new Uint8Array(384),
      new Uint8Array(384).fill(255),
      new Uint8Array(383).fill(1),
      Uint8Array.of(0),
    ])
      expect(
        await world.connect().ask({ type: 'login.start', username: 'alice', suite: '3072-sha256', A }),
      ).toMatchObject({ code: 'protocol' });
  });
});

function lengths(message: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).map(([key, value]) => [
      key,
      value instanceof Uint8Array || key === 'identity' ? value.length : value,
    ]),
  );
}

describe('a crowd', () => describeCrowds(10));
