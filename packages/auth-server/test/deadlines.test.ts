/** No message of a client extends the end of its enrolment, its invitation or its connection. */
import { describe, expect, it } from 'vitest';
import { Administration } from '../src/accounts/administration.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { proveInvitation } from './invited.ts';
import {
  codeAt,
  credentialOf,
  login,
  makeWorld,
  register,
  START,
  secretOf,
  type World,
  wrongCode,
} from './world.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const startOf = (username: string) =>
  ({ type: 'register.start', username, ...credentialOf(username, 'open sesame') }) as const;

function pass(world: World, seconds: number): void {
  world.now += seconds;
  world.uptime += seconds;
}

async function invite(world: World, validFor: number): Promise<string> {
  const { code } = await world.services.invitations.create({ now: world.now, validFor });
  return code;
}

describe('register.start in a loop', () => {
  it('keeps the end of the first enrolment, and has expired then', async () => {
    const world = await makeWorld();
    const peer = world.connect();
    for (let minute = 0; minute < 10; minute += 1) {
      const { expiresAt } = await peer.expect('register.totp', startOf('alice'));
      expect(expiresAt).toBe(START + 10 * MINUTE);
      expect(peer.session.patience).toBe((10 - minute) * MINUTE);
      pass(world, MINUTE);
    }
    expect(peer.session.patience).toBe(0);
    expect(await peer.ask(startOf('alice'))).toMatchObject({ type: 'error', code: 'expired' });
    expect(peer.session.isOver).toBe(true);
  });
});

describe('a connection', () => {
  it('ends 15 minutes after its beginning without a completed login', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = world.connect();
    expect(peer.session.patience).toBe(30);
    await peer.prove(user.username, user.password);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      pass(world, 4 * MINUTE + 59);
      const answer = await peer.ask({ type: 'totp.submit', code: wrongCode(world, user.secret) });
      expect(answer.type).toBe('factor.rejected');
    }
    expect(peer.session.patience).toBe(3);
    pass(world, 3);
    const code = codeAt(world, user.secret);
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'expired' });
  });

  it('whose owner asks account.show in a loop ends eight hours after the login', async () => {
    const world = await makeWorld();
    const { peer } = await login(world, await register(world, 'alice'));
    for (let asked = 0; asked < 8 * 15 - 1; asked += 1) {
      pass(world, 4 * MINUTE);
      await peer.expect('account.shown', { type: 'account.show' });
    }
    expect(peer.session.patience).toBe(4 * MINUTE);
    pass(world, 4 * MINUTE);
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'expired' });
  });

  it('lasts as long whatever happens to the time of day', async () => {
    const world = await makeWorld();
    const { peer } = await login(world, await register(world, 'alice'));
    world.now -= 365 * 24 * HOUR;
    expect(peer.session.patience).toBe(5 * MINUTE);
    world.uptime += 8 * HOUR;
    expect(await peer.ask({ type: 'account.show' })).toMatchObject({ code: 'expired' });
  });
});

describe('a replacement of the authenticator that was begun', () => {
  it('is not kept open past its end by account.show, nor begun again after it without a factor', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    pass(world, MINUTE);
    const factor = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    const { expiresAt } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    const wrong = { kind: 'totp', code: wrongCode(world, user.secret) } as const;
    await peer.expect('factor.rejected', { type: 'totp.replace', factor: wrong });
    pass(world, 5 * MINUTE);
    await peer.expect('account.shown', { type: 'account.show' });
    expect(peer.session.patience).toBe(expiresAt - world.now);
    pass(world, 5 * MINUTE);
    expect(await peer.ask({ type: 'totp.replace' })).toMatchObject({ code: 'expired' });
  });

  it("after the administrator's reset expires with its connection, 15 minutes after that began", async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const administration = new Administration({
      store: world.store,
      limits: DEFAULT_LIMITS,
      clock: world.services.clock,
      randomBytes: world.services.randomBytes,
    });
    const code = await administration.resetTotp(await administration.find('alice'));
    const peer = world.connect();
    const end = world.now + 15 * MINUTE;
    await peer.prove('alice', user.password);
    for (let waited = 0; waited < 2; waited += 1) {
      pass(world, 4 * MINUTE);
      await peer.expect('factor.rejected', { type: 'totp.submit', code: '000000' });
    }
    const factor = { kind: 'recovery', code } as const;
    const { expiresAt } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    expect(expiresAt).toBe(end);
    expect(peer.session.patience).toBe(7 * MINUTE);
  });

  it('in the last minutes of a session expires with it, eight hours after the login', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const end = world.now + 8 * HOUR;
    world.now += 8 * HOUR - MINUTE;
    world.uptime += 8 * HOUR - MINUTE;
    const { expiresAt } = await peer.expect('totp.replacing', {
      type: 'totp.replace',
      factor: { kind: 'totp', code: codeAt(world, user.secret) },
    });
    expect(expiresAt).toBe(end);
  });
});

describe('an invitation', () => {
  it('that is proven in time and confirmed 3 s after its expiry creates no account', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world, 2 * MINUTE);
    const peer = world.connect();
    await proveInvitation(peer, invitation);
    const { otpauth, expiresAt } = await peer.expect('register.totp', startOf('alice'));
    expect(expiresAt).toBe(START + 2 * MINUTE);
    pass(world, 2 * MINUTE + 3);
    const code = codeAt(world, secretOf(otpauth));
    expect(await peer.ask({ type: 'register.confirm', code })).toMatchObject({ code: 'expired' });
    expect(await world.services.accounts.find('alice')).toBeUndefined();
  });

  it('is not kept past its expiry by register.start, nor proven after it', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world, 20);
    const peer = world.connect();
    await proveInvitation(peer, invitation);
    expect(peer.session.patience).toBe(20);
    pass(world, 20);
    expect(await peer.ask(startOf('alice'))).toMatchObject({ code: 'expired' });
    expect(await proveInvitation(world.connect(), invitation)).toMatchObject({
      code: 'authentication_failed',
    });
  });

  it('that expires between its challenge and its proof is refused like one that does not exist', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world, 20);
    const peer = world.connect();
    const ask = peer.ask.bind(peer);
    peer.ask = (message) => {
      if (message.type === 'login.proof') pass(world, 20);
      return ask(message);
    };
    expect(await proveInvitation(peer, invitation)).toMatchObject({ code: 'authentication_failed' });
  });

  it('that expires while the commit is prepared is compared when the commit is built', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const code = await invite(world, 2 * MINUTE);
    const entry = await world.services.invitations.find(code.slice(0, code.indexOf('.')), world.now);
    if (!entry) throw new Error('not found');
    const { invitations } = world.services;
    expect(invitations.using(entry, START + 2 * MINUTE - 1)).toBeDefined();
    expect(invitations.using(entry, START + 2 * MINUTE)).toBeUndefined();
  });
});
