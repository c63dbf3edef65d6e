import { CURRENT_SUITE, checkServer, proveClient, startClient } from '@countersign/srp-core';
import { parseRecoveryCode } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { codeAt, credentialOf, login, makeWorld, type Peer, secretOf, type World } from './world.ts';

async function invite(world: World, username?: string): Promise<{ id: string; secret: string }> {
  const { invitation, code } = await world.services.invitations.create({
    now: world.now,
    validFor: 3600,
    ...(username === undefined ? {} : { username }),
  });
  return { id: invitation.id, secret: code.slice(code.indexOf('.') + 1) };
}

async function prove(peer: Peer, { id, secret }: { id: string; secret: string }): Promise<Message> {
  const start = startClient({ group: CURRENT_SUITE.group });
  const challenge = await peer.ask({ type: 'invite.start', invite: id, A: start.A });
  if (challenge.type !== 'login.challenge') return challenge;
  const { identity, salt, stretch, B } = challenge;
  const parsed = parseRecoveryCode(secret);
  const proof = proveClient(start, {
    context: {
      username: id,
      suite: CURRENT_SUITE,
      identity,
      salt,
      stretch,
      bindingKind: 'tls-exporter',
      binding: peer.binding,
    },
    password: new TextEncoder().encode(parsed.ok ? parsed.code : secret),
    B,
  });
  const proven = await peer.ask({ type: 'login.proof', M1: proof.M1, binding: peer.binding });
  if (proven.type === 'login.proven') checkServer(proof, proven.M2);
  return proven;
}

const startOf = (username: string) =>
  ({ type: 'register.start', username, ...credentialOf(username, 'open sesame') }) as const;

describe('an invitation', () => {
  it('opens one registration, proven on both sides before anything about the account travels', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const peer = world.connect();
    expect(await prove(peer, invitation)).toMatchObject({ type: 'login.proven', factors: [] });
    const { otpauth } = await peer.expect('register.totp', startOf('alice'));
    const secret = secretOf(otpauth);
    await peer.expect('register.done', { type: 'register.confirm', code: codeAt(world, secret) });
    await login(world, { username: 'alice', password: 'open sesame', secret, recoveryCodes: [] });
    expect(await prove(world.connect(), invitation)).toMatchObject({ code: 'authentication_failed' });
  });

  it('opens one of two registrations that use it at once', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const answers = await Promise.all(
      ['alice', 'robert'].map(async (name, n) => {
        const peer = world.connect({ source: `192.0.2.${n}` });
        await prove(peer, invitation);
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
    await prove(peer, invitation);
    expect(await peer.ask(startOf('robert'))).toMatchObject({ code: 'name_refused' });
  });

  it('is refused when it has expired, was revoked, or its secret is wrong, all in the same words', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const expired = await invite(world);
    world.now += 3601;
    const revoked = await invite(world);
    await world.services.invitations.revoke(revoked.id);
    const right = await invite(world);
    const unknown = { id: 'AAAAAAAA', secret: right.secret };
    const wrong = { id: right.id, secret: revoked.secret };
    const answers = [];
    for (const [n, tried] of [expired, revoked, unknown, wrong].entries())
      answers.push(await prove(world.connect({ source: `192.0.2.${n}` }), tried));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ code: 'authentication_failed' });
  });

  it('is used up by nothing but a confirmed registration', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const torn = world.connect();
    await prove(torn, invitation);
    await torn.expect('register.totp', startOf('alice'));
    expect(await prove(world.connect(), invitation)).toMatchObject({ type: 'login.proven' });
  });

  it('revoked in the middle of a registration makes no account', async () => {
    const world = await makeWorld({ registration: 'invite' });
    const invitation = await invite(world);
    const peer = world.connect();
    await prove(peer, invitation);
    const { otpauth } = await peer.expect('register.totp', startOf('alice'));
    await world.services.invitations.revoke(invitation.id);
    const confirm = { type: 'register.confirm', code: codeAt(world, secretOf(otpauth)) } as const;
    expect(await peer.ask(confirm)).toMatchObject({ code: 'expired' });
    expect(await world.services.accounts.find('alice')).toBeUndefined();
  });
});
