/**
 * An attacker in between: ends TLS with a certificate of its own on both sides, knows the protocol, forwards every message
 * and rewrites some. The client connects for the first time and accepts any certificate.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AuthServer,
  createServices,
  DEFAULT_SERVER_PROFILE,
  startAuthServer,
} from '@countersign/auth-server';
import { readAudit } from '@countersign/auth-server/audit';
import { memoryBackend, openStore, type Store } from '@countersign/secure-store';
import { CURRENT_SUITE, computeVerifier, generateSalt } from '@countersign/srp-core';
import { connectTls, generateIdentity, type Listener, listenTls } from '@countersign/tls-channel';
import type { Message } from '@countersign/wire-protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, KnownServers } from '../src/index.ts';

const STRETCH = { name: 'argon2id', m: 7168, t: 5, p: 1 } as const;
let dir: string;
let store: Store;
let server: AuthServer;
let relay: Listener;
let rewrite: (message: Message, relayBinding: Uint8Array) => Message = (message) => message;
let seen: Message[] = [];
/** Of an invitation that the relay has rewritten, so that it names its own key. */
let code: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'countersign-'));
  store = await openStore({
    backend: memoryBackend(),
    passphrase: 'for tests only',
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  const keys = await generateIdentity({ hosts: ['127.0.0.1'] });
  const profile = { ...DEFAULT_SERVER_PROFILE, stretch: STRETCH };
  server = await startAuthServer({ store, ...keys, port: 0, registration: 'invite', profile });
  const { accounts, invitations } = createServices({
    store,
    clock: Date.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registration: 'invite',
  });
  const salt = generateSalt();
  const { stretchPassword } = await import('@countersign/srp-core');
  const password = await stretchPassword({
    password: new TextEncoder().encode('open sesame'),
    salt,
    stretch: STRETCH,
  });
  const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: 'alice', password, salt });
  const account = accounts.newAccount({
    username: 'alice',
    credential: {
      suite: CURRENT_SUITE.name,
      identity: 'alice',
      stretch: STRETCH,
      salt: Buffer.from(salt).toString('base64url'),
      verifier: Buffer.from(verifier).toString('base64url'),
    },
    totp: {
      secret: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA',
      algorithm: 'SHA1',
      digits: 6,
      period: 30,
      lastStep: 0,
      weak: false,
    },
    recovery: [],
    now: 0,
  });
  await accounts.insert(account, { kind: 'account.registered', username: 'alice' });
  ({ code } = await invitations.create({ now: Math.floor(Date.now() / 1000), validFor: 3600 }));

  relay = await listenTls({
    host: '127.0.0.1',
    port: 0,
    ...(await generateIdentity({ hosts: ['127.0.0.1'] })),
    async onChannel(victim) {
      const onward = await connectTls({ host: '127.0.0.1', port: server.port, trust: { kind: 'any' } });
      for (;;) {
        const message = await victim.receive();
        if (!message) break;
        seen.push(message);
        await onward.send(rewrite(message, onward.binding));
        const answer = await onward.receive();
        if (!answer) break;
        seen.push(answer);
        await victim.send(rewrite(answer, onward.binding));
      }
      await onward.close();
    },
  });
});

afterAll(async () => {
  await relay.close({ grace: 0 });
  await server.close();
  await store.close();
  await rm(dir, { recursive: true });
});

async function attack(how: typeof rewrite, enter: (client: Client) => Promise<unknown>) {
  rewrite = how;
  seen = [];
  const knownServers = new KnownServers(join(dir, crypto.randomUUID()));
  const client = new Client({
    server: { host: '127.0.0.1', port: relay.port },
    knownServers,
    stretch: STRETCH,
  });
  const error: unknown = await enter(client).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(await knownServers.list()).toEqual([]);
  expect(seen.map(({ type }) => type)).not.toContain('totp.submit');
  expect(seen.map(({ type }) => type)).not.toContain('login.proven');
  return error;
}

const logIn = (client: Client) => client.login('alice', 'open sesame');

async function alarms(): Promise<number> {
  return (await readAudit(store)).filter(({ kind }) => kind === 'channel.mismatch').length;
}

describe('a relay that ends TLS on both sides', () => {
  it('lets no login through, and is in the audit log if it forwards everything', async () => {
    const before = await alarms();
    expect(await attack((message) => message, logIn)).toMatchObject({ code: 'channel_mismatch' });
    expect(await alarms()).toBe(before + 1);
    const [alarm] = (await readAudit(store)).filter(({ kind }) => kind === 'channel.mismatch');
    expect(alarm).toMatchObject({ username: 'alice', source: '127.0.0.1' });
  });

  it('gets nothing by writing its own binding over the client’s', async () => {
    const overwrite = (message: Message, binding: Uint8Array): Message =>
      message.type === 'login.proof' ? { ...message, binding } : message;
    expect(await attack(overwrite, logIn)).toMatchObject({ code: 'authentication_failed' });
  });

  it('gets nothing by naming another suite', async () => {
    const weaker = (message: Message): Message =>
      message.type === 'login.challenge' ? { ...message, suite: '2048-legacy-x' } : message;
    expect(await attack(weaker, logIn)).toMatchObject({ code: 'unacceptable_terms' });
  });

  it('gets nothing by asking for a restart with another suite', async () => {
    const restart = (message: Message): Message =>
      message.type === 'login.challenge' ? { type: 'login.restart', suite: '2048-legacy-x' } : message;
    const error = await attack(restart, logIn);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(protocol|authentication_failed|connection_lost)$/),
    });
  });

  it('gets nothing by taking the stretch away or making it huge', async () => {
    const without = (message: Message): Message =>
      message.type === 'login.challenge' ? { ...message, stretch: { name: 'none' } } : message;
    expect(await attack(without, logIn)).toMatchObject({ code: 'unacceptable_terms' });
    const huge = (message: Message): Message =>
      message.type === 'login.challenge'
        ? { ...message, stretch: { name: 'argon2id', m: 4_194_304, t: 60_000, p: 1 } }
        : message;
    expect(await attack(huge, logIn)).toMatchObject({ code: 'unacceptable_terms' });
  });

  it('gets nothing by changing identity, salt or B', async () => {
    const changes = [
      { identity: 'mallory' },
      { salt: new Uint8Array(16) },
      { B: new Uint8Array(384).fill(3) },
    ];
    for (const change of changes) {
      const changed = (message: Message): Message =>
        message.type === 'login.challenge' ? { ...message, ...change } : message;
      expect(await attack(changed, logIn)).toMatchObject({
        code: expect.stringMatching(/^(authentication_failed|slow_down)$/),
      });
    }
  });

  it('cannot sit in a registration by invitation either', async () => {
    const before = await alarms();
    const address = { host: '127.0.0.1', port: relay.port };
    const invitation = { server: address, pin: relay.pin, username: undefined, code };
    const registering = (client: Client) =>
      client.register({ name: 'robert', password: 'open sesame', invitation });
    expect(await attack((message) => message, registering)).toMatchObject({ code: 'channel_mismatch' });
    expect(seen.map(({ type }) => type)).not.toContain('register.start');
    // Alarms of invitations are gathered, and written at the end.
    await server.close();
    expect(await alarms()).toBe(before + 1);
  });
});
