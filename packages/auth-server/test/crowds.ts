/** Logins by many clients at once or in a row, as many as a run has time for. */
import { expect, it } from 'vitest';
import { limitsSchema } from '../src/limits/limits.ts';
import { codeAt, login, makeWorld, register, wrongCode } from './world.ts';

/** @param most how many clients, codes or users the attacks have */
export function describeCrowds(most: number): void {
  it(`accepts a code once when ${most} clients submit it at the same moment`, async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peers = [];
    for (let n = 0; n < most; n++) {
      const peer = world.connect({ source: `192.0.2.${n}` });
      expect((await peer.prove('alice', user.password)).type).toBe('login.proven');
      peers.push(peer);
    }
    const code = codeAt(world, user.secret);
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'totp.submit', code })));
    expect(answers.filter(({ type }) => type === 'login.done')).toHaveLength(1);
    expect(world.failures).toEqual([]);
  });

  it(`counts ${2 * most} wrong codes at once and judges no more than the budget lets through`, async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peers = [];
    for (let n = 0; n < 2 * most; n++) {
      const peer = world.connect({ source: `198.51.${n >> 6}.${n & 63}` });
      await peer.prove('alice', user.password);
      peers.push(peer);
    }
    const code = wrongCode(world, user.secret);
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'totp.submit', code })));
    const judged = answers.filter((answer) => answer.type === 'factor.rejected' && answer.reason === 'wrong');
    expect(judged).toHaveLength(5);
    const account = await world.services.accounts.find('alice');
    expect(await world.services.ledger.failuresOf(account?.uid ?? '')).toMatchObject({
      passwords: 0,
      codes: 2 * most,
    });
  });

  it(`locks the codes after ${most} in a row, reports it only after the password, and a recovery code opens`, async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ code: { lockAfter: most } }) });
    const user = await register(world, 'alice');
    const code = wrongCode(world, user.secret);
    for (let n = 0; n < most; n++) {
      const peer = world.connect({ source: `198.51.100.${n}` });
      world.now += 24 * 3600;
      await peer.prove('alice', user.password);
      await peer.expect('factor.rejected', { type: 'totp.submit', code });
    }
    expect(await world.connect().prove('alice', 'wrong')).toMatchObject({ code: 'authentication_failed' });
    const locked = world.connect();
    expect(await locked.prove('alice', user.password)).toMatchObject({ factors: ['recovery'] });
    expect(await locked.ask({ type: 'totp.submit', code: codeAt(world, user.secret) })).toMatchObject({
      code: 'locked',
    });
    const peer = world.connect();
    await peer.prove('alice', user.password);
    const [recoveryCode = ''] = user.recoveryCodes;
    await peer.expect('login.done', { type: 'recovery.submit', code: recoveryCode });
    await login(world, user);
  });

  it(`lets ${most / 2} users in from one address at once`, async () => {
    const world = await makeWorld();
    const users = [];
    for (let n = 0; n < most / 2; n++) {
      users.push(await register(world, `user${n}`));
      world.now += 24 * 3600;
    }
    const answers = await Promise.all(
      users.map(async (user) => {
        const peer = world.connect();
        await peer.prove(user.username, user.password);
        return peer.ask({ type: 'totp.submit', code: codeAt(world, user.secret) });
      }),
    );
    expect(answers.map(({ type }) => type)).toEqual(users.map(() => 'login.done'));
  });
}
