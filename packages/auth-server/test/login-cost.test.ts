/** What a login asks of the back end. The numbers are limits: a change that raises one of them has to say why. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openBreakableStore } from './breakable-store.ts';
import { codeAt, makeWorld, type Peer, register, type User, type World, wrongCode } from './world.ts';

const DEVICE = new Uint8Array(32).fill(5);
const OWN = '192.0.2.1';

let world: World;
let user: User;
let disk: Awaited<ReturnType<typeof openBreakableStore>>['disk'];

beforeAll(async () => {
  const opened = await openBreakableStore();
  disk = opened.disk;
  world = await makeWorld({ store: opened.store });
  user = await register(world, 'alice');
  await login(OWN, DEVICE);
});

async function login(source: string, device?: Uint8Array, mistyped = 0): Promise<void> {
  for (let n = 0; n < mistyped; n += 1) await world.connect({ source }).prove('alice', 'wrong', device);
  world.now += 30;
  const peer = world.connect({ source });
  await peer.prove('alice', user.password, device);
  await finish(peer);
}

async function finish(peer: Peer): Promise<void> {
  await peer.expect('login.done', { type: 'totp.submit', code: codeAt(world, user.secret) });
  peer.session.end();
}

/** Counts what `work` does. */
async function cost(work: () => Promise<unknown>) {
  const before = { reads: disk.reads, durable: disk.durable, lazy: disk.lazy };
  await work();
  return {
    reads: disk.reads - before.reads,
    durable: disk.durable - before.durable,
    lazy: disk.lazy - before.lazy,
  };
}

describe('a login', () => {
  it('from a known device makes four commits, one of them durable', async () => {
    expect(await cost(() => login(OWN, DEVICE))).toEqual({ reads: 6, durable: 1, lazy: 3 });
  });

  it('from a stranger makes as many', async () => {
    expect(await cost(() => login('198.51.100.7'))).toEqual({ reads: 8, durable: 1, lazy: 3 });
  });

  it('of users behind one address shares its commits and reads no more', async () => {
    const users = await Promise.all(
      ['bob01', 'carol', 'david', 'erika'].map((name) => register(world, name)),
    );
    world.now += 30;
    const peers = users.map(() => world.connect({ source: '198.51.100.9' }));
    const logins = await cost(async () => {
      await Promise.all(
        peers.map((peer, n) => peer.prove(users[n]?.username ?? '', users[n]?.password ?? '')),
      );
    });
    expect(logins.reads).toBeLessThanOrEqual(8 * users.length);
    expect(logins.lazy).toBeLessThan(2 * users.length);
  });

  it('makes one more after a mistyped password, which removes what that left', async () => {
    await world.connect({ source: OWN }).prove('alice', 'wrong', DEVICE);
    expect(await cost(() => login(OWN, DEVICE))).toMatchObject({ durable: 1, lazy: 4 });
    expect(await cost(() => login(OWN, DEVICE))).toMatchObject({ durable: 1, lazy: 3 });
    await world.connect({ source: '198.51.100.7' }).prove('alice', 'wrong');
    expect(await cost(() => login('198.51.100.7'))).toMatchObject({ durable: 1, lazy: 4 });
    expect(await cost(() => login('198.51.100.7'))).toMatchObject({ durable: 1, lazy: 3 });
  });

  it('clears wrong codes in its own commit', async () => {
    const peer = world.connect({ source: OWN });
    await peer.prove('alice', user.password, DEVICE);
    await peer.expect('factor.rejected', { type: 'totp.submit', code: wrongCode(world, user.secret) });
    world.now += 30;
    expect(await cost(() => finish(peer))).toMatchObject({ durable: 1, lazy: 1 });
    expect(await world.services.ledger.failuresOf((await accountOf()).uid)).toMatchObject({ codes: 0 });
  });

  it('commits durably on no condition that a stranger can change', async () => {
    const peer = world.connect({ source: OWN });
    await peer.prove('alice', user.password, DEVICE);
    // With every commit of the login there comes a wrong password, from the same address and from another one.
    disk.overtake = async () => {
      disk.overtake = undefined;
      await world.connect({ source: OWN }).prove('alice', 'wrong');
      await world.connect({ source: '203.0.113.9' }).prove('alice', 'wrong');
    };
    world.now += 30;
    const before = disk.durable;
    await finish(peer);
    expect(disk.durable - before).toBe(1);
  });
});

async function accountOf() {
  const account = await world.services.accounts.find('alice');
  if (!account) throw new Error('there is an account');
  return account;
}
