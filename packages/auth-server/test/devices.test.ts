/** Known devices: what a token buys, and what it does not. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Device, hashDevice, knowsDevice, MOST_DEVICES, withDevice } from '../src/accounts/devices.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { Session } from '../src/session/session.ts';
import {
  accountOf,
  credentialOf,
  login,
  makeWorld,
  nextFactor,
  Peer,
  register,
  type World,
} from './world.ts';

const DAY = 24 * 3600;
const NEIGHBOUR = '192.0.2.1';

function token(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}

/** An account that knows a device, and the neighbour behind whose address it sits. */
async function makeKnown(numbers: object = {}) {
  const world = await makeWorld({ limits: limitsSchema.parse(numbers) });
  const user = await register(world, 'alice');
  const device = token();
  await login(world, user, NEIGHBOUR, device);
  return { world, user, device };
}

async function guess(world: World, times: number, device?: Uint8Array, source = NEIGHBOUR) {
  const answers = [];
  for (let n = 0; n < times; n++)
    answers.push(await world.connect({ source }).prove('alice', 'open says me', device));
  return answers;
}

const codes = (answers: readonly object[]) => answers.map((answer) => ('code' in answer ? answer.code : ''));

describe('a known device', () => {
  it('logs in whatever its neighbours failed at behind the same address', async () => {
    const { world, user, device } = await makeKnown({ source: { startsPerMinute: 8 } });
    await guess(world, 7);
    for (let n = 0; n < 2; n++) await world.connect().startLogin(`other${n}`, 'wrong');
    expect(codes(await guess(world, 1))).toEqual(['slow_down']);
    await login(world, user, NEIGHBOUR, device);
  });

  it('logs in while strangers everywhere are slowed down at its name', async () => {
    const { world, user, device } = await makeKnown({ name: { failures: 5 } });
    for (let n = 0; n < 5; n++) await guess(world, 1, undefined, `198.51.100.${n}`);
    expect(codes(await guess(world, 1, undefined, '203.0.113.1'))).toEqual(['slow_down']);
    await login(world, user, '203.0.113.1', device);
  });

  it('does not affect its neighbours by its own failures', async () => {
    const { world, device } = await makeKnown();
    await guess(world, 4, device);
    expect(codes(await guess(world, 1, device))).toEqual(['slow_down']);
    expect(codes(await guess(world, 1))).toEqual(['authentication_failed']);
  });

  it('counts starts of its own', async () => {
    const { world, device } = await makeKnown({ source: { startsPerMinute: 5 } });
    const start = async (own?: Uint8Array) =>
      (await world.connect().startLogin('alice', 'wrong', own)).answer.type;
    for (let n = 0; n < 5; n++) expect(await start(device)).toBe('login.challenge');
    expect(await start(device)).toBe('error');
    expect(await start()).toBe('login.challenge');
  });

  it('moves to a reserved seat before its start is answered, and a stranger does not', async () => {
    const { world, device } = await makeKnown();
    const seated = async (own?: Uint8Array) => {
      let moved = false;
      const binding = new Uint8Array(32);
      const facts = {
        source: NEIGHBOUR,
        binding,
        knownDevice: () => {
          moved = true;
        },
      };
      await new Peer(new Session(world.services, facts, () => {}), binding).startLogin('alice', 'wrong', own);
      return moved;
    };
    expect([await seated(device), await seated(token()), await seated()]).toEqual([true, false, false]);
  });

  it('clears by a success its own row alone', async () => {
    const { world, user, device } = await makeKnown();
    await guess(world, 7);
    await guess(world, 2, device);
    await login(world, user, NEIGHBOUR, device);
    expect(codes(await guess(world, 3, device))).toEqual(Array(3).fill('authentication_failed'));
    world.now += 10;
    expect(codes(await guess(world, 2))).toEqual(['authentication_failed', 'slow_down']);
  });
});

it('raises no alarm about a login that its own device left unfinished', async () => {
  const { world, user, device } = await makeKnown();
  const leave = async (own?: Uint8Array) => world.connect().prove('alice', user.password, own);
  await leave(device);
  expect((await login(world, user, NEIGHBOUR, device)).done.failedSince).toBeUndefined();
  await leave(token());
  expect((await login(world, user, NEIGHBOUR, device)).done.failedSince).toMatchObject({
    unfinished: { count: 1 },
  });
});

describe('a stolen token', () => {
  /** As fast as the delays allow, until the device is a stranger's: its row is all that delays it. */
  async function exhaust(world: World, device: Uint8Array): Promise<number> {
    let judged = 0;
    for (let n = 0; n < 14; n++) {
      const [answer] = await guess(world, 1, device, `203.0.113.${n}`);
      if (answer && 'code' in answer && answer.code === 'authentication_failed') judged += 1;
      world.now += 64;
    }
    return judged;
  }

  it('buys ten guesses a day while strangers have to wait', async () => {
    const HOURS = 20 * 3600;
    const { world, user, device } = await makeKnown({ name: { failures: 5, delay: HOURS } });
    for (let n = 0; n < 5; n++) await guess(world, 1, undefined, `198.51.100.${n}`);
    let judged = 0;
    let wait = 0;
    while (wait < HOURS / 2) {
      const [answer] = await guess(world, 1, device, '203.0.113.1');
      wait = answer && 'retryAfter' in answer ? (answer.retryAfter ?? 0) : 0;
      if (wait === 0) judged += 1;
      else if (wait < HOURS / 2) world.now += wait;
    }
    expect(judged).toBe(10);
    world.now += DAY;
    expect(await world.connect().prove('alice', user.password, device)).toMatchObject({
      type: 'login.proven',
    });
  });

  it('does not hold its owner back by logins that are begun with it elsewhere', async () => {
    const { world, user, device } = await makeKnown({ source: { startsPerMinute: 5 } });
    const start = async () =>
      (await world.connect({ source: '203.0.113.1' }).startLogin('alice', 'wrong', device)).answer;
    for (let n = 0; n < 5; n++) await start();
    expect(await start()).toMatchObject({ code: 'slow_down' });
    expect(await world.connect({ source: NEIGHBOUR }).prove('alice', user.password, device)).toMatchObject({
      type: 'login.proven',
    });
  });

  it('does not lock its owner out: as a stranger the owner logs in, and after a day it is known again', async () => {
    const { world, user, device } = await makeKnown();
    expect(await exhaust(world, device)).toBeGreaterThanOrEqual(10);
    await login(world, user, '192.0.2.9', device);
    await guess(world, 4, undefined, '192.0.2.9');
    expect(codes(await guess(world, 1, device, '192.0.2.9'))).toEqual(['slow_down']);
    world.now += DAY;
    await guess(world, 5, undefined, '192.0.2.9');
    await login(world, user, '192.0.2.9', device);
  });
});

describe('a token', () => {
  it('is stored by a complete login only, as a keyed hash', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const device = token();
    const peer = world.connect();
    await peer.prove('alice', user.password, device);
    expect((await accountOf(world, 'alice')).devices).toEqual([]);
    await login(world, user, NEIGHBOUR, device);
    const { devices } = await accountOf(world, 'alice');
    expect(devices).toHaveLength(1);
    expect(JSON.stringify(devices)).not.toContain(Buffer.from(device).toString('base64url'));
  });

  it('is stored by a login with a recovery code as well', async () => {
    const world = await makeWorld();
    const { password, recoveryCodes } = await register(world, 'alice');
    const device = token();
    const peer = world.connect();
    await peer.prove('alice', password, device);
    await peer.expect('login.done', { type: 'recovery.submit', code: recoveryCodes[0] ?? '' });
    expect((await accountOf(world, 'alice')).devices).toHaveLength(1);
  });

  it('lasts ninety days after its last login', async () => {
    const { world, user, device } = await makeKnown();
    world.now += 89 * DAY;
    await login(world, user, NEIGHBOUR, device);
    world.now += 90 * DAY - 61;
    await guess(world, 7);
    expect(codes(await guess(world, 1, device))).toEqual(['authentication_failed']);
    world.now += 61;
    await guess(world, 7);
    expect(codes(await guess(world, 1, device))).toEqual(['slow_down']);
  });

  it('of one account has no effect at another', async () => {
    const { world, device } = await makeKnown();
    await register(world, 'robert');
    const tried = async () =>
      codes([await world.connect({ source: NEIGHBOUR }).prove('robert', 'open says me', device)]);
    for (let n = 0; n < 3; n++) await tried();
    await tried();
    expect(await tried()).toEqual(['slow_down']);
  });

  it('is ended by a new password, except that of the device that changed it', async () => {
    const { world, user, device } = await makeKnown();
    const other = token();
    const { peer } = await login(world, user, NEIGHBOUR, other);
    const credential = credentialOf('alice', 'another password');
    const message = { type: 'password.change', ...credential, factor: nextFactor(world, user) } as const;
    await peer.expect('password.changed', message);
    await guess(world, 7);
    expect(codes(await guess(world, 1, device))).toEqual(['slow_down']);
    expect(codes(await guess(world, 1, other))).toEqual(['authentication_failed']);
  });

  it('survives a login of the same account without one', async () => {
    const { world, user, device } = await makeKnown();
    await login(world, user, '198.51.100.1');
    await guess(world, 7);
    expect(codes(await guess(world, 1, device))).toEqual(['authentication_failed']);
  });
});

describe('the slots of an account', () => {
  const days = 90;
  const KEY = new Uint8Array(32);
  const hash = (n: number) => hashDevice(KEY, new Uint8Array(32).fill(n));
  const shown = (n: number) => ({ hash: hash(n), source: '192.0.2.1' });
  const after = (logins: readonly number[]) =>
    logins.reduce<readonly Device[]>((devices, n, time) => withDevice(devices, shown(n), days, time), []);
  const known = (devices: readonly Device[], numbers: readonly number[], now = 1000) =>
    numbers.filter((n) => knowsDevice(devices, hash(n), days, now));

  it('are eight: a ninth device first displaces one that was used only once', () => {
    const devices = after([1, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9]);
    expect(devices).toHaveLength(MOST_DEVICES);
    expect(known(devices, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('and then the one that was used least recently', () => {
    const devices = after([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 1, 9]);
    expect(known(devices, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('cannot be taken by clients that draw a token for each login', () => {
    const devices = after([1, 1, 2, 2, ...Array.from({ length: 30 }, (_, n) => 10 + n)]);
    expect(known(devices, [1, 2])).toEqual([1, 2]);
  });

  it('are free again when they have expired', () => {
    const devices = withDevice(after([1, 2]), shown(3), days, 90 * DAY);
    expect(devices.map((device) => device.hash)).toEqual([hash(3), hash(2)]);
  });

  it('are compared with a token even if there is no account', () => {
    expect(knowsDevice([], hash(1), days, 0)).toBe(false);
    expect(knowsDevice([], Buffer.alloc(32).toString('base64url'), days, 0)).toBe(false);
  });
});

it('reads records of earlier versions, ignores the sources they know, and drops them at the next login', async () => {
  const world = await makeWorld();
  const user = await register(world, 'alice');
  const { services } = world;
  const old = await accountOf(world, 'alice');
  const { devices: _, ...rest } = old;
  const record = { ...rest, familiar: [{ source: NEIGHBOUR, at: world.now }] };
  const raw = world.store.collection('accounts', z.unknown());
  await raw.update('alice', () => record);
  expect(await services.accounts.find('alice')).toMatchObject({ devices: [], familiar: record.familiar });
  await guess(world, 5);
  expect(codes(await guess(world, 1))).toEqual(['slow_down']);
  world.now += 60;
  await login(world, user, '198.51.100.1', token());
  const now = await accountOf(world, 'alice');
  expect(now.devices).toHaveLength(1);
  expect('familiar' in now).toBe(false);
});
