/** Limits on open registration, and attackers who use them against others. */
import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../src/limits/limits.ts';
import { proveInvitation } from './invited.ts';
import { codeAt, credentialOf, makeWorld, secretOf, type World } from './world.ts';

const DAY = 24 * 3600;
const CREDENTIAL = credentialOf('nobody', 'open sesame');

function startOf(username: string) {
  return { type: 'register.start', username, ...CREDENTIAL } as const;
}

/** A registration from there, up to its first code. */
async function begin(world: World, username: string, source: string) {
  const peer = world.connect({ source });
  const answer = await peer.ask(startOf(username));
  const confirm = () => {
    if (answer.type !== 'register.totp') throw new Error(JSON.stringify(answer));
    return peer.ask({ type: 'register.confirm', code: codeAt(world, secretOf(answer.otpauth)) });
  };
  return { answer, confirm };
}

const slowDown = { type: 'error', code: 'slow_down' };

describe('registrations that are begun', () => {
  it('are twenty a day from one source, and tell about so many names', async () => {
    const world = await makeWorld();
    for (let n = 0; n < 20; n++)
      expect((await begin(world, `user${n}`, '192.0.2.1')).answer.type).toBe('register.totp');
    expect((await begin(world, 'another', '192.0.2.1')).answer).toMatchObject({
      ...slowDown,
      retryAfter: DAY,
    });
    expect((await begin(world, 'another', '192.0.2.2')).answer.type).toBe('register.totp');
  });

  it.for([
    ['an IPv4 /24', (n: number) => `192.0.2.${n}`, '192.0.3.1'],
    ['an IPv6 /48', (n: number) => `2001:db8:1:${n.toString(16)}::/64`, '2001:db8:2:1::/64'],
  ] as const)('are a hundred a day from one network: %s', async ([, source, elsewhere]) => {
    const world = await makeWorld();
    const { ledger } = world.services;
    for (let n = 0; n < 100; n++) expect(await ledger.quotas.countRegistration(source(n))).toBeUndefined();
    expect(await ledger.quotas.countRegistration(source(100))).toEqual({
      seconds: DAY,
      limit: 'network.registrationsPerDay',
    });
    expect(await ledger.quotas.countRegistration(elsewhere)).toBeUndefined();
  });

  it('and never confirmed do not close registration, a thousand of them from a botnet', async () => {
    const world = await makeWorld();
    const { ledger } = world.services;
    for (let n = 0; n < 1000; n++)
      expect(await ledger.quotas.countRegistration(`10.${n % 250}.1.${n >> 8}`)).toBeUndefined();
    const { confirm } = await begin(world, 'alice', '192.0.2.1');
    expect(await confirm()).toMatchObject({ type: 'register.done' });
  });
});

describe('registrations that are confirmed', () => {
  const limits = limitsSchema.parse({ registrationsPerDay: 2 });

  it('are limited a day, in the commit that makes the account: of five at once in two processes two succeed', async () => {
    const world = await makeWorld({ limits });
    const { services, store } = world;
    const worlds = [world, await makeWorld({ limits, store })];
    const begun = [];
    for (let n = 0; n < 5; n++) begun.push(await begin(worlds[n % 2] ?? world, `user${n}`, `192.0.2.${n}`));
    const answers = await Promise.all(begun.map(({ confirm }) => confirm()));
    expect(answers.filter(({ type }) => type === 'register.done')).toHaveLength(2);
    for (const answer of answers.filter(({ type }) => type !== 'register.done'))
      expect(answer).toMatchObject({ ...slowDown, retryAfter: DAY });
    const made = await Promise.all(begun.map((_, n) => services.accounts.find(`user${n}`)));
    expect(made.filter((account) => account)).toHaveLength(2);
    expect((await begin(world, 'another', '203.0.113.1')).answer).toMatchObject(slowDown);
    world.now += DAY;
    expect((await begin(world, 'another', '203.0.113.1')).answer.type).toBe('register.totp');
  });

  it('by invitation count nowhere', async () => {
    const world = await makeWorld({ limits });
    for (let n = 0; n < 3; n++) {
      const { code } = await world.services.invitations.create({ now: world.now, validFor: 3600 });
      const peer = world.connect();
      await proveInvitation(peer, code);
      const { otpauth } = await peer.expect('register.totp', startOf(`guest${n}`));
      await peer.expect('register.done', {
        type: 'register.confirm',
        code: codeAt(world, secretOf(otpauth)),
      });
    }
    expect(await (await begin(world, 'alice', '192.0.2.1')).confirm()).toMatchObject({
      type: 'register.done',
    });
  });

  it('under a taken name do not count', async () => {
    const world = await makeWorld({ limits });
    const begun = [];
    for (let n = 0; n < 4; n++) begun.push(await begin(world, 'alice', `192.0.2.${n}`));
    const answers = [];
    for (const { confirm } of begun) answers.push(await confirm());
    expect(answers.map((answer) => ('code' in answer ? answer.code : answer.type))).toEqual([
      'register.done',
      ...Array(3).fill('name_taken'),
    ]);
    expect(await (await begin(world, 'robert', '192.0.2.9')).confirm()).toMatchObject({
      type: 'register.done',
    });
  });
});
