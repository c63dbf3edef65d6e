/** A thief who knows a password and lacks the second factor, what the owner learns of it, and what must not raise an alarm. */
import { describe, expect, it } from 'vitest';
import { accountSchema } from '../src/accounts/account.ts';
import { readAudit } from '../src/audit/read.ts';
import { openBreakableStore } from './breakable-store.ts';
import {
  codeAt,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  register,
  type User,
  type World,
  wrongCode,
} from './world.ts';

const THIEF = '203.0.113.66';

/** Proves the password from elsewhere, sends what `then` says, and hangs up. */
async function steal(world: World, user: User, ...then: readonly string[]): Promise<void> {
  const peer = world.connect({ source: THIEF });
  expect(await peer.prove(user.username, user.password)).toMatchObject({ type: 'login.proven' });
  for (const code of then) await peer.ask({ type: 'totp.submit', code });
  peer.session.end();
}

async function events(world: World, kind: string) {
  await world.services.journal.flush();
  return (await readAudit(world.store)).filter((event) => event.kind === kind);
}

describe('a thief with the password', () => {
  it('who hangs up before the code is counted, audited, and reported to the owner', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    for (let n = 0; n < 3; n += 1) await steal(world, user);
    const at = world.now;
    expect(await events(world, 'login.unfinished')).toMatchObject([
      { username: 'alice', source: THIEF, count: 3 },
    ]);
    const { done } = await login(world, user);
    expect(done.failedSince).toEqual({
      passwords: 0,
      codes: 0,
      unfinished: { count: 3, source: THIEF, at },
    });
    expect((await login(world, user)).done.failedSince).toBeUndefined();
  });

  it('who sends a malformed code and hangs up is reported as well', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    await steal(world, user, 'not a code');
    expect(await events(world, 'login.unfinished')).toHaveLength(1);
    expect((await login(world, user)).done.failedSince).toMatchObject({ codes: 0, unfinished: { count: 1 } });
  });

  it('who guesses codes until the connection ends is reported with the codes', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const wrong = wrongCode(world, user.secret);
    await steal(world, user, wrong, wrong, wrong, wrong, wrong);
    world.now += 120;
    expect(await events(world, 'login.unfinished')).toHaveLength(1);
    expect((await login(world, user)).done.failedSince).toMatchObject({ codes: 5, unfinished: { count: 1 } });
  });

  it('is counted before the answer: a server that crashes then has counted it already', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peer = world.connect({ source: THIEF });
    await peer.prove(user.username, user.password);
    const restarted = await makeWorld({ store: world.store });
    restarted.now = world.now;
    expect((await login(restarted, user)).done.failedSince).toMatchObject({
      unfinished: { count: 1, source: THIEF },
    });
  });

  it('is not hidden by a login of the owner that was in progress, nor reported twice', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const slow = world.connect();
    await slow.prove(user.username, user.password);
    await steal(world, user);
    const { done } = await login(world, user);
    // Both the thief and the owner's other login were unfinished then.
    expect(done.failedSince?.unfinished).toMatchObject({ count: 2, source: THIEF });
    world.now += 30;
    await steal(world, user);
    const code = codeAt(world, user.secret);
    const late = await slow.expect('login.done', { type: 'totp.submit', code });
    expect(late.failedSince?.unfinished).toMatchObject({ count: 1, source: THIEF });
    expect((await login(world, user)).done.failedSince).toBeUndefined();
  });

  it("is not confused with the owner, who gives up a login on one of the account's own devices", async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const device = crypto.getRandomValues(new Uint8Array(32));
    await login(world, user, '192.0.2.1', device);
    const peer = world.connect();
    await peer.prove(user.username, user.password, device);
    peer.session.end();
    expect(await events(world, 'login.unfinished')).toHaveLength(1);
    expect((await login(world, user)).done.failedSince).toBeUndefined();
    await steal(world, user);
    expect((await login(world, user, '192.0.2.1', device)).done.failedSince?.unfinished).toMatchObject({
      count: 1,
      source: THIEF,
    });
  });

  it('is remembered until the owner logs in, however long that takes', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    await steal(world, user);
    for (let days = 0; days < 3; days += 1) {
      world.now += 2 * 24 * 60 * 60;
      await world.services.ledger.sweep();
    }
    expect((await login(world, user)).done.failedSince).toMatchObject({ unfinished: { count: 1 } });
  });

  it('is counted anew after the rows of reported logins were forgotten, which takes a day', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    await login(world, user);
    world.now += 2 * 24 * 60 * 60;
    expect(await world.services.ledger.sweep()).toMatchObject({ rows: 0 });
    await steal(world, user);
    expect((await login(world, user)).done.failedSince).toMatchObject({ unfinished: { count: 1 } });
    expect((await login(world, user)).done.failedSince).toBeUndefined();
  });

  it('is remembered if the account cannot be read, which does not keep other rows from being forgotten', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    for (const name of ['alice', 'robert']) await login(world, await register(world, name));
    const accounts = store.collection('accounts', accountSchema);
    await disk.damage(() => accounts.update('alice', (account) => ({ ...account, roles: [] })));
    world.now += 2 * 24 * 60 * 60;
    expect(await world.services.ledger.sweep()).toMatchObject({ rows: 1 });
  });

  it('leaves no trace in a login that was completed', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer, done } = await login(world, user);
    peer.session.end();
    expect(done.failedSince).toBeUndefined();
    expect(await events(world, 'login.unfinished')).toEqual([]);
  });
});

describe('no alarm is raised by', () => {
  it('a code that was used, followed by the next one in the same login', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    await login(world, user);
    const peer = world.connect();
    await peer.prove(user.username, user.password);
    const used = codeAt(world, user.secret);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: used });
    world.now += 30;
    const done = await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
    expect(done.failedSince).toBeUndefined();
  });

  it('what this connection mistyped; what another one did still is', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const wrong = wrongCode(world, user.secret);
    await steal(world, user, wrong);
    const peer = world.connect();
    await peer.prove(user.username, user.password);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrong });
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrong });
    const done = await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
    expect(done.failedSince).toMatchObject({ codes: 1, unfinished: { count: 1 } });
  });

  it('two commands on the account in one time step', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const factor = nextFactor(world, user);
    await peer.expect('recovery.renewed', { type: 'recovery.renew', factor });
    await peer.expect('factor.rejected', {
      type: 'password.change',
      ...credentialOf('alice', 'open barley'),
      factor,
    });
    expect((await login(world, user)).done.failedSince).toBeUndefined();
  });

  it('a code mistyped in a command that the right one followed; one that none followed is', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    const mistyped = { kind: 'totp', code: wrongCode(world, user.secret) } as const;
    await peer.expect('factor.rejected', { type: 'recovery.renew', factor: mistyped });
    await peer.expect('recovery.renewed', { type: 'recovery.renew', factor: nextFactor(world, user) });
    await peer.expect('factor.rejected', { type: 'recovery.renew', factor: mistyped });
    expect((await login(world, user)).done.failedSince).toEqual({ passwords: 0, codes: 1 });
  });
});
