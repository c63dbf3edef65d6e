/** The client against a server that says what it likes: every answer ends in an error of the client's own. */
import { CURRENT_SUITE, LEGACY_SUITE, startServer } from '@countersign/srp-core';
import { generateIdentity, type Listener, listenTls } from '@countersign/tls-channel';
import type { ServerMessage } from '@countersign/wire-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../src/index.ts';

type Challenge = Extract<ServerMessage, { type: 'login.challenge' }>;

let server: Listener;
let script: readonly ServerMessage[] = [];

beforeAll(async () => {
  server = await listenTls({
    host: '127.0.0.1',
    port: 0,
    ...(await generateIdentity({ hosts: ['127.0.0.1'] })),
    async onChannel(channel) {
      for (const answer of script) {
        if (!(await channel.receive())) return;
        await channel.send(answer);
      }
      await channel.receive();
    },
  });
});

afterAll(() => server.close({ grace: 0 }));

function login(answers: readonly ServerMessage[], password = 'open sesame') {
  script = answers;
  return new Client({ server: { host: '127.0.0.1', port: server.port } }).login('alice', password);
}

function challengeOf(suite = CURRENT_SUITE, change: Partial<Challenge> = {}): Challenge {
  const verifier = new Uint8Array(suite.group.bytes).fill(7);
  const { B } = startServer({ suite, verifier });
  return {
    type: 'login.challenge',
    suite: suite.name,
    identity: 'alice',
    stretch: suite === CURRENT_SUITE ? { name: 'argon2id', m: 19_456, t: 2, p: 1 } : { name: 'none' },
    salt: new Uint8Array(16).fill(1),
    B,
    ...change,
  };
}

const toLegacy: ServerMessage = { type: 'login.restart', suite: LEGACY_SUITE.name };
const legacy = [toLegacy, challengeOf(LEGACY_SUITE)];

describe('terms of a hostile server', () => {
  const strange: [name: string, answers: ServerMessage[]][] = [
    ['a salt too short to stretch with', [challengeOf(CURRENT_SUITE, { salt: Uint8Array.of(1) })]],
    [
      'more lanes than anybody has',
      [challengeOf(CURRENT_SUITE, { stretch: { name: 'argon2id', m: 19_456, t: 2, p: 255 } })],
    ],
    ['an identity without end', [challengeOf(CURRENT_SUITE, { identity: 'a'.repeat(3000) })]],
    ['a B of no length', [challengeOf(CURRENT_SUITE, { B: Uint8Array.of(5) })]],
    ['a B that is N−1 or more', [challengeOf(CURRENT_SUITE, { B: new Uint8Array(384).fill(255) })]],
    ['an unknown suite', [{ type: 'login.restart', suite: '512-md5' }]],
    ['the suite it was given, as another', [{ type: 'login.restart', suite: CURRENT_SUITE.name }]],
    ['another suite than it asked for', [toLegacy, challengeOf(CURRENT_SUITE)]],
  ];
  for (const [name, answers] of strange)
    it(`are refused: ${name}`, async () => {
      await expect(login(answers)).rejects.toMatchObject({ name: 'ClientError', code: 'unacceptable_terms' });
    });

  it('do not matter when it cannot prove that it knows the verifier', async () => {
    const proven: ServerMessage = { type: 'login.proven', M2: new Uint8Array(32), factors: ['totp'] };
    await expect(login([challengeOf(), proven])).rejects.toMatchObject({ code: 'server_not_proven' });
    await expect(login([...legacy, proven])).rejects.toMatchObject({ code: 'server_not_proven' });
  });
});

it.each<[string, ServerMessage[], string]>([
  ['"closed"', [{ type: 'register.policy', registration: 'closed' }], 'registration_closed'],
  ['"invite"', [{ type: 'register.policy', registration: 'invite' }], 'invitation_required'],
  ['that it is busy', [{ type: 'error', code: 'busy', message: 'no' }], 'busy'],
])('asked who can register, a server that answers %s is refused', async (_what, answers, code) => {
  script = answers;
  const client = new Client({ server: { host: '127.0.0.1', port: server.port } });
  await expect(client.probeRegistration()).rejects.toMatchObject({ name: 'ClientError', code });
});

describe('a text that cannot be a password', () => {
  it.each(['', 'a'.repeat(5000), 'bell\u0007 rings', '\uD800 alone'])(
    'is a wrong one, in the old way of hashing and in ours',
    async (password) => {
      const refused: ServerMessage = { type: 'error', code: 'authentication_failed', message: 'no' };
      for (const answers of [
        [challengeOf(), refused],
        [...legacy, refused],
      ])
        await expect(login(answers, password)).rejects.toMatchObject({
          name: 'ClientError',
          code: 'authentication_failed',
        });
    },
  );
});
