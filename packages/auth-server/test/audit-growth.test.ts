/** What users and strangers can make the audit log grow by. */
import { generateIdentity } from '@countersign/tls-channel';
import { describe, expect, it } from 'vitest';
import { Journal } from '../src/audit/journal.ts';
import { readAudit } from '../src/audit/read.ts';
import { type AuthServer, limitsSchema, type ServerEvent, startAuthServer } from '../src/index.ts';
import { DEFAULT_AUDIT_DAYS } from '../src/listener/options.ts';
import { login, makeWorld, nextFactor, openTestStore, register, type World, wrongCode } from './world.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Logs in with one recovery code and buys ten new ones with another, which needs no time step and so no pause. */
async function renew(world: World, username: string, password: string, codes: readonly string[]) {
  const [first = '', second = ''] = codes;
  const peer = world.connect();
  await peer.prove(username, password);
  await peer.expect('login.done', { type: 'recovery.submit', code: first });
  return peer.ask({ type: 'recovery.renew', factor: { kind: 'recovery', code: second } });
}

describe('one account', () => {
  it('cannot fill the disk with recovery codes that buy new recovery codes', async () => {
    const changesPerHour = 3;
    const world = await makeWorld({ limits: limitsSchema.parse({ account: { changesPerHour } }) });
    const user = await register(world, 'alice');
    let codes = user.recoveryCodes;
    for (let n = 0; n < changesPerHour; n += 1) {
      const renewed = await renew(world, 'alice', user.password, codes);
      if (renewed.type !== 'recovery.renewed') throw new Error(`change ${n}: ${JSON.stringify(renewed)}`);
      codes = renewed.recoveryCodes;
    }
    const refused = await renew(world, 'alice', user.password, codes);
    expect(refused).toMatchObject({ type: 'error', code: 'slow_down' });
    const { peer } = await login(world, user);
    expect(await peer.ask({ type: 'recovery.renew', factor: nextFactor(world, user) })).toMatchObject({
      code: 'slow_down',
    });
    await world.services.journal.flush();
    expect((await readAudit(world.store)).at(-1)).toMatchObject({
      kind: 'attempt.refused',
      username: 'alice',
      detail: 'account.changesPerHour',
    });
    world.now += 60 * 60;
    // The code that was refused with the budget was not spent.
    expect(await renew(world, 'alice', user.password, codes.slice(1))).toMatchObject({
      type: 'recovery.renewed',
    });
  });

  it('does not lose its changes to wrong codes of a stolen session', async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ account: { changesPerHour: 3 } }) });
    const user = await register(world, 'alice');
    for (let n = 0; n < 2; n += 1) {
      const { peer } = await login(world, user);
      for (let wrong = 0; wrong < 2; wrong += 1)
        await peer.expect('factor.rejected', {
          type: 'recovery.renew',
          factor: { kind: 'totp', code: wrongCode(world, user.secret) },
        });
    }
    const { peer } = await login(world, user);
    const renew = { type: 'recovery.renew', factor: nextFactor(world, user) } as const;
    expect(await peer.ask(renew)).toMatchObject({ type: 'recovery.renewed' });
  });
});

it('a flood of failures from ten thousand addresses leaves a few hundred events, counts every failure, and hides no thief', async () => {
  const store = await openTestStore();
  let now = 1_800_000_000_000;
  const journal = new Journal({
    store,
    clock: () => now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  for (let minute = 0; minute < 10; minute += 1) {
    for (let n = 0; n < 1000; n += 1) {
      journal.gather({ kind: 'login.failed', username: 'alice', source: `2001:db8:${minute}:${n}::/64` });
      now += 1;
    }
    now += 59_000;
    await journal.flush();
  }
  journal.gather({ kind: 'login.unfinished', username: 'alice', source: '203.0.113.66' });
  await journal.flush();
  const all = await readAudit(store);
  expect(all.at(-1)).toMatchObject({ kind: 'login.unfinished', username: 'alice', source: '203.0.113.66' });
  const events = all.slice(0, -1);
  expect(events.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(10_000);
  expect(events.length).toBeGreaterThan(500);
  expect(events.length).toBeLessThan(620);
  expect(events.at(-1)).toMatchObject({ kind: 'login.failed', source: 'others' });
  expect(events.at(-1)).not.toHaveProperty('username');
});

it('retention holds without being asked for: a server that starts removes events older than its default', async () => {
  const store = await openTestStore();
  let now = 1_800_000_000_000;
  const clock = () => now;
  const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const journal = new Journal({ store, clock, randomBytes });
  await journal.commit([], [{ kind: 'login.failed', username: 'alice' }]);
  now += DEFAULT_AUDIT_DAYS * DAY - 1;
  await journal.commit([], [{ kind: 'login.failed', username: 'bobby' }]);
  now += 2;
  const identity = await generateIdentity({ hosts: ['127.0.0.1'] });
  let server: AuthServer | undefined;
  await new Promise<void>((resolve, reject) => {
    const onEvent = (event: ServerEvent) => {
      if (event.kind === 'audited' && event.event.kind === 'admin.audit_pruned') resolve();
    };
    const options = { store, ...identity, port: 0, registration: 'open', clock, onEvent } as const;
    startAuthServer(options).then((started) => {
      server = started;
    }, reject);
  });
  await server?.close();
  expect((await readAudit(store)).map(({ kind, username }) => username ?? kind)).toEqual([
    'bobby',
    'server.started',
    'admin.audit_pruned',
    'server.stopped',
  ]);
});

it('an invitation is listed for 30 days after it has expired, and then removed', async () => {
  const world = await makeWorld();
  const { invitations } = world.services;
  await invitations.create({ now: world.now, validFor: 60 });
  await invitations.create({ now: world.now, validFor: 3600 });
  const left = async (now: number) => {
    await invitations.removeExpired(now);
    const found = [];
    for await (const { id } of invitations.all()) found.push(id);
    return found.length;
  };
  const end = world.now + 30 * 24 * 60 * 60;
  expect([await left(end + 59), await left(end + 60), await left(end + 3600)]).toEqual([2, 1, 0]);
});
