import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit/read.ts';
import { Session } from '../src/session/session.ts';
import { proveInvitation } from './invited.ts';
import { codeAt, credentialOf, login, makeWorld, Peer, secretOf, type World } from './world.ts';

async function invite(world: World, username?: string): Promise<string> {
  const { code } = await world.services.invitations.create({
    now: world.now,
    validFor: 3600,
    ...(username === undefined ? {} : { username }),
  });
  return code;
}

const idOf = (invitation: string) => invitation.slice(0, invitation.indexOf('.'));
const startOf = (username: string) =>
  ({ type: 'register.start', username, ...credentialOf(username, 'open sesame') }) as const;

describe('an invitation', () => {
  it('opens one registration, proven on both sides before anything about the account travels', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const peer = world.connect();
    expect(await proveInvitation(peer, invitation)).toMatchObject({ type: 'login.proven', factors: [] });
    const { otpauth } = await peer.expect('register.totp', startOf('alice'));
    const secret = secretOf(otpauth);
    await peer.expect('register.done', { type: 'register.confirm', code: codeAt(world, secret) });
    await login(world, { username: 'alice', password: 'open sesame', secret, recoveryCodes: [] });
    expect(await proveInvitation(world.connect(), invitation)).toMatchObject({
      code: 'authentication_failed',
    });
  });

  it('opens one of two registrations that use it at once', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const answers = await Promise.all(
      ['alice', 'robert'].map(async (name, n) => {
        const peer = world.connect({ source: `192.0.2.${n}` });
        await proveInvitation(peer, invitation);
        const { otpauth } = await peer.expect('register.totp', startOf(name));
        return () => peer.ask({ type: 'register.confirm', code: codeAt(world, secretOf(otpauth)) });
      }),
    );
    const outcomes = await Promise.all(answers.map((confirm) => confirm()));
    expect(outcomes.map(({ type }) => type).sort()).toEqual(['error', 'register.done']);
  });

  it('is refused for another name than the one it is bound to', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world, 'alice');
    const peer = world.connect();
    await proveInvitation(peer, invitation);
    expect(await peer.ask(startOf('robert'))).toMatchObject({ code: 'name_refused' });
  });

  it('is refused when it has expired, was revoked, or its secret is wrong, all in the same words', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const expired = await invite(world);
    world.now += 3601;
    const revoked = await invite(world);
    await world.services.invitations.revoke(idOf(revoked));
    const right = await invite(world);
    const unknown = right.replace(idOf(right), 'AAAAAAAA');
    const wrong = revoked.replace(idOf(revoked), idOf(right));
    const answers = [];
    for (const [n, tried] of [expired, revoked, unknown, wrong].entries())
      answers.push(await proveInvitation(world.connect({ source: `192.0.2.${n}` }), tried));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ code: 'authentication_failed' });
  });

  it('is used up only by a confirmed registration', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const torn = world.connect();
    await proveInvitation(torn, invitation);
    await torn.expect('register.totp', startOf('alice'));
    expect(await proveInvitation(world.connect(), invitation)).toMatchObject({ type: 'login.proven' });
  });

  it('that is revoked during a registration creates no account', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const peer = world.connect();
    await proveInvitation(peer, invitation);
    const { otpauth } = await peer.expect('register.totp', startOf('alice'));
    await world.services.invitations.revoke(idOf(invitation));
    const confirm = { type: 'register.confirm', code: codeAt(world, secretOf(otpauth)) } as const;
    expect(await peer.ask(confirm)).toMatchObject({ code: 'authentication_failed' });
    expect(await world.services.accounts.find('alice')).toBeUndefined();
  });
});

it('its holder cannot fill the audit log with alarms about the channel', async () => {
  const world = await makeWorld({ registration: 'invite' });
  const invitation = await invite(world);
  const relayed = new Uint8Array(32).fill(9);
  for (let n = 0; n < 40; n++) {
    const facts = { source: '203.0.113.1', binding: new Uint8Array(32) };
    const peer = new Peer(new Session(world.services, facts, () => {}), relayed);
    expect(await proveInvitation(peer, invitation)).toMatchObject({ code: 'channel_mismatch' });
  }
  await world.services.journal.flush();
  const alarms = (await readAudit(world.store)).filter(({ kind }) => kind === 'channel.mismatch');
  expect(alarms).toMatchObject([
    { count: 40, source: '203.0.113.1', detail: `invitation ${idOf(invitation)}` },
  ]);
});

it('has an id that is not an option on a command line', async () => {
  const world = await makeWorld({ registration: 'invite' });
  for (let n = 0; n < 300; n++) {
    const { invitation } = await world.services.invitations.create({ now: world.now, validFor: 60 });
    expect(invitation.id).toMatch(/^[^-]/);
  }
});
