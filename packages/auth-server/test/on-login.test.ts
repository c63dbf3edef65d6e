import { afterEach, describe, expect, it, vi } from 'vitest';
import { Administration } from '../src/accounts/administration.ts';
import { readAudit } from '../src/audit/read.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import type { LoginToDecide, OnLogin } from '../src/session/on-login.ts';
import { accountOf, codeAt, login, makeWorld, register, secretOf, type World, wrongCode } from './world.ts';

const REFUSED = { type: 'error', code: 'login_refused' };

/** A server whose embedder decides as `decide` says. */
async function makeDecided(decide: OnLogin) {
  const seen: LoginToDecide[] = [];
  const world = await makeWorld({
    onLogin(login, options) {
      seen.push(login);
      return decide(login, options);
    },
  });
  return { world, user: await register(world, 'alice'), seen };
}

async function eventsOf(world: World, ...kinds: readonly string[]) {
  await world.services.journal.flush();
  return (await readAudit(world.store)).filter(({ kind }) => kinds.includes(kind));
}

afterEach(() => {
  vi.useRealTimers();
});

describe('onLogin', () => {
  it('sees who logs in with which factor, once the code is right, and allows it', async () => {
    const { world, user, seen } = await makeDecided(async () => undefined);
    const { uid } = await accountOf(world, 'alice');
    const peer = world.connect();
    await peer.prove('alice', user.password);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    expect(seen).toEqual([]);
    await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
    expect(seen).toEqual([{ uid, username: 'alice', roles: [], factor: 'totp', at: world.now }]);
    const other = world.connect();
    await other.prove('alice', user.password);
    await other.expect('login.done', { type: 'recovery.submit', code: user.recoveryCodes[0] ?? '' });
    expect(seen.at(-1)).toMatchObject({ factor: 'recovery' });
    expect(await eventsOf(world, 'login.refused')).toEqual([]);
  });

  it('refuses a login: the code is spent, the refusal is audited, and the user is not logged in', async () => {
    let open = false;
    const { world, user } = await makeDecided(async () => (open ? undefined : { refused: 'out of hours' }));
    const device = new Uint8Array(32).fill(5);
    const submit = { type: 'totp.submit', code: codeAt(world, user.secret) } as const;
    const peer = world.connect();
    await peer.prove('alice', user.password, device);
    expect(await peer.ask(submit)).toMatchObject(REFUSED);
    peer.session.end();
    const account = await accountOf(world, 'alice');
    expect([account.lastLogin, account.devices, world.logins]).toEqual([undefined, [], []]);
    expect(await eventsOf(world, 'login.refused', 'login.succeeded', 'login.unfinished')).toMatchObject([
      { kind: 'login.refused', username: 'alice', source: '192.0.2.1', detail: 'out of hours' },
    ]);

    open = true;
    const again = world.connect();
    await again.prove('alice', user.password);
    expect(await again.ask(submit)).toMatchObject({ type: 'factor.rejected', reason: 'used' });
    world.now += 30;
    const done = await again.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
    expect(done.failedSince).toBeUndefined();
  });

  it('does not forget the failures before a login that it refuses', async () => {
    let open = false;
    const { world, user } = await makeDecided(async () => (open ? undefined : { refused: 'no' }));
    const thief = world.connect({ source: '203.0.113.9' });
    await thief.prove('alice', user.password);
    await thief.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    const peer = world.connect();
    await peer.prove('alice', user.password);
    expect(await peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject(REFUSED);
    open = true;
    const { done } = await login(world, user);
    // The refused login is reported with the one before it: the server cannot tell whose that was.
    expect(done.failedSince).toMatchObject({ codes: 1, unfinished: { count: 2 } });
  });

  it('refuses when it throws, with an event and a failure for the log', async () => {
    const bug = new TypeError('a bug');
    const { world, user } = await makeDecided(() => Promise.reject(bug));
    const peer = world.connect();
    await peer.prove('alice', user.password);
    expect(await peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject(REFUSED);
    expect(world.failures).toEqual([bug]);
    expect(await eventsOf(world, 'login.refused')).toMatchObject([{ detail: 'onLogin failed' }]);
  });

  it('refuses when it has not decided within five seconds, and its signal is aborted', async () => {
    let signal: AbortSignal | undefined;
    const { world, user } = await makeDecided((_, options) => {
      signal = options.signal;
      void vi.advanceTimersByTimeAsync(5_000);
      return new Promise(() => {});
    });
    const peer = world.connect();
    await peer.prove('alice', user.password);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    expect(await peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject(REFUSED);
    vi.useRealTimers();
    expect(signal?.aborted).toBe(true);
    expect(world.failures).toHaveLength(1);
    expect(await eventsOf(world, 'login.refused')).toMatchObject([{ detail: 'onLogin took too long' }]);
  });

  it('gives a reason that cannot control a terminal or fill the log', async () => {
    const refused = `\u001b[31mno\u202e\n${'x'.repeat(1000)}`;
    const { world, user } = await makeDecided(async () => ({ refused }));
    const peer = world.connect();
    await peer.prove('alice', user.password);
    expect(await peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject(REFUSED);
    const [event] = await eventsOf(world, 'login.refused');
    expect(event?.detail).toMatch(/^\[31mno {2}x+$/);
    expect(event?.detail?.length).toBeLessThanOrEqual(200);
  });

  it('lets one of two clients in that submit one code at once', async () => {
    const { world, user } = await makeDecided(async () => undefined);
    const peers = [world.connect(), world.connect({ source: '192.0.2.2' })];
    for (const peer of peers) await peer.prove('alice', user.password);
    const submit = { type: 'totp.submit', code: codeAt(world, user.secret) } as const;
    const answers = await Promise.all(peers.map((peer) => peer.ask(submit)));
    expect(answers.map(({ type }) => type).sort()).toEqual(['factor.rejected', 'login.done']);
  });

  it('refuses a login after a reset, whose new authenticator stays', async () => {
    let open = false;
    const { world, user, seen } = await makeDecided(async () => (open ? undefined : { refused: 'no' }));
    const { store, services } = world;
    const { clock, randomBytes } = services;
    const admin = new Administration({ store, limits: DEFAULT_LIMITS, clock, randomBytes });
    const factor = { kind: 'recovery', code: await admin.resetTotp(await admin.find('alice')) } as const;
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    const secret = secretOf(otpauth);
    const confirm = { type: 'totp.confirm', code: codeAt(world, secret) } as const;
    expect(await peer.ask(confirm)).toMatchObject(REFUSED);
    peer.session.end();
    expect(seen).toMatchObject([{ factor: 'recovery' }]);
    expect(await eventsOf(world, 'totp.replaced', 'login.refused', 'login.unfinished')).toHaveLength(2);
    expect(await accountOf(world, 'alice')).toMatchObject({ totpReset: false, recovery: [] });
    open = true;
    await login(world, { ...user, secret });
  });
});
