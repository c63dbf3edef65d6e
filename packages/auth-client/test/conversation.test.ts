/** The client against a real server: real TLS on loopback, real stretching, a store in memory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthServer, DEFAULT_SERVER_PROFILE, startAuthServer } from '@countersign/auth-server';
import { memoryBackend, openStore, type Store } from '@countersign/secure-store';
import { generateIdentity } from '@countersign/tls-channel';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client, type Enrolment, formatServer, KnownServers, type Registered } from '../src/index.ts';

const time = { now: 1_800_000_000 };
/** The cheapest that a client accepts from a server. */
const STRETCH = { name: 'argon2id', m: 7168, t: 5, p: 1 } as const;
const failures: unknown[] = [];
let dir: string;
let store: Store;
let server: AuthServer;
let identity: { key: string; cert: string };
let known: KnownServers;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'countersign-'));
  identity = await generateIdentity({ hosts: ['localhost', '127.0.0.1'] });
  store = await openStore({
    backend: memoryBackend(),
    passphrase: 'for tests only',
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  server = await start(identity);
});

afterAll(async () => {
  await server.close();
  await store.close();
  await rm(dir, { recursive: true });
});

afterEach(() => expect(failures).toEqual([]));

function start(keys: { key: string; cert: string }, port = 0): Promise<AuthServer> {
  return startAuthServer({
    store,
    ...keys,
    port,
    registration: 'open',
    profile: { ...DEFAULT_SERVER_PROFILE, stretch: STRETCH },
    clock: () => time.now * 1000,
    onEvent: (event) => {
      if (event.kind === 'failure') failures.push(event.error);
    },
  });
}

function clientOf(options: { pin?: string; ca?: string; knownServers?: KnownServers } = {}): Client {
  return new Client({ server: { host: '127.0.0.1', port: server.port }, stretch: STRETCH, ...options });
}

function codeOf(key: string): string {
  return computeCode({ secret: TotpSecret.fromBase32(key), time: time.now });
}

async function confirmed(enrolment: Enrolment<Registered>): Promise<Registered & { key: string }> {
  const answer = await enrolment.confirm(codeOf(enrolment.key));
  if (!answer.ok) throw new Error('the first code was not taken');
  time.now += 60;
  return { ...answer.result, key: enrolment.key };
}

describe('a client and a server', () => {
  let key: string;

  it('register with a pin that the user has confirmed, and remember it', async () => {
    known = new KnownServers(join(dir, 'known'));
    const client = clientOf({ knownServers: known });
    expect(await client.probe()).toEqual({ pin: server.pin, trusted: false });
    expect(await client.probeRegistration()).toEqual({ pin: server.pin, trusted: false });
    await expect(client.register({ name: 'Alice', password: 'open sesame' })).rejects.toMatchObject({
      code: 'server_not_proven',
    });
    const options = { name: 'Alice', password: 'open sesame', confirmedPin: server.pin };
    const registered = await confirmed(await client.register(options));
    expect(registered.username).toBe('alice');
    expect(registered.recoveryCodes).toHaveLength(10);
    key = registered.key;
    expect(await client.probe()).toEqual({ pin: server.pin, trusted: true });
    expect((await known.list()).map((server) => server.pin)).toEqual([server.pin]);
  });

  it('log in with two factors, and report the login before', async () => {
    const pending = await clientOf().login('ALICE', 'open sesame');
    expect(pending.factors).toEqual(['totp', 'recovery']);
    const rejected = await pending.submit({ kind: 'totp', code: '000 00x' });
    expect(rejected).toMatchObject({ ok: false, reason: 'malformed', attemptsLeft: 4 });
    const answer = await pending.submit({ kind: 'totp', code: codeOf(key) });
    if (!answer.ok) throw new Error('not logged in');
    expect(answer.result).toMatchObject({ username: 'alice', recoveryCodesLeft: 10, lastLogin: undefined });
    expect(answer.result.took.login).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(answer.result))).toEqual({
      username: 'alice',
      failedSince: { passwords: 0, codes: 0 },
      recoveryCodesLeft: 10,
      nextCodeIn: expect.any(Number),
      advice: [],
    });
    expect(await answer.result.show()).toMatchObject({ username: 'alice', suite: '3072-sha256' });
    await answer.result.close();
  });

  it('give the same answer to a wrong password and an unknown user', async () => {
    const errors = await Promise.all(
      [
        ['alice', 'open says me'],
        ['nobody', 'open sesame'],
      ].map(([name = '', password = '']) =>
        clientOf()
          .login(name, password)
          .catch((error: unknown) => error),
      ),
    );
    expect(errors[0]).toMatchObject({ code: 'authentication_failed' });
    expect(errors[1]).toEqual(errors[0]);
  });

  it('learn the pin by the proof of the password, never by a failed one', async () => {
    const fresh = new KnownServers(join(dir, 'fresh'));
    await expect(clientOf({ knownServers: fresh }).login('alice', 'open says me')).rejects.toThrow();
    expect(await fresh.list()).toEqual([]);
    const pending = await clientOf({ knownServers: fresh }).login('alice', 'open sesame');
    await pending.close();
    expect(await fresh.find(formatServer({ host: '127.0.0.1', port: server.port }))).toMatchObject({
      pin: server.pin,
    });
  });

  it('create no account when the server cannot be remembered, or the enrolment is cancelled', async () => {
    const options = { name: 'robert', password: 'open sesame', confirmedPin: server.pin };
    const file = join(dir, 'a file');
    await writeFile(file, '');
    const forgetful = clientOf({ knownServers: new KnownServers(join(file, 'known')) });
    await expect(forgetful.register(options)).rejects.toThrow();
    const enrolment = await clientOf().register(options);
    await enrolment.close();
    await expect(enrolment.confirm(codeOf(enrolment.key))).rejects.toMatchObject({ code: 'connection_lost' });
  });

  it('refuse a taken name', async () => {
    const enrolling = clientOf({ pin: server.pin }).register({ name: 'alice', password: 'another one' });
    await expect(enrolling).rejects.toMatchObject({ code: 'name_taken' });
  });

  it('refuse names and passwords outside the rules before anything is sent', async () => {
    const client = new Client({ server: { host: '127.0.0.1', port: 1 } });
    const tries = [
      ['a'.repeat(65), 'open sesame', 'bad_username'],
      ['a:lice', 'open sesame', 'bad_username'],
      ['alice', 'short', 'bad_password'],
      ['alice', 'bell\u0007 rings', 'bad_password'],
    ] as const;
    for (const [name, password, code] of tries)
      await expect(client.register({ name, password, confirmedPin: server.pin })).rejects.toMatchObject({
        code,
      });
  });

  it('stop at another pin, given or remembered, before a name is sent', async () => {
    const other = await generateIdentity({ hosts: ['127.0.0.1'] });
    const { port } = server;
    await server.close();
    server = await start(other, port);
    const wary = clientOf({ knownServers: known });
    await expect(wary.login('alice', 'open sesame')).rejects.toMatchObject({ code: 'pin_changed' });
    await expect(wary.probe()).rejects.toMatchObject({ code: 'pin_changed' });
    await server.close();
    server = await start(identity, port);
    const pending = await clientOf({ knownServers: known }).login('alice', 'open sesame');
    await pending.close();
  });

  it('trust a certificate authority that is given, and no other', async () => {
    const pending = await clientOf({ ca: identity.cert }).login('alice', 'open sesame');
    await pending.close();
    const other = await generateIdentity({ hosts: ['127.0.0.1'] });
    await expect(clientOf({ ca: other.cert }).login('alice', 'open sesame')).rejects.toMatchObject({
      code: 'untrusted_certificate',
    });
  });

  it('distinguish a missing server from one with another protocol', async () => {
    const nobody = new Client({ server: { host: '127.0.0.1', port: 1 } });
    await expect(nobody.login('alice', 'open sesame')).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('change the password, and the old one no longer works', async () => {
    time.now += 60;
    const pending = await clientOf().login('alice', 'open sesame');
    const answer = await pending.submit({ kind: 'totp', code: codeOf(key) });
    if (!answer.ok) throw new Error('not logged in');
    expect(answer.result.nextCodeIn).toBeGreaterThan(0);
    expect(answer.result.nextCodeIn).toBeLessThanOrEqual(30);
    const credential = await answer.result.prepareCredential('open barley');
    const spent = { kind: 'totp', code: codeOf(key) } as const;
    expect(await answer.result.changePassword(credential, spent)).toMatchObject({
      ok: false,
      reason: 'used',
    });
    time.now += 30;
    const factor = { kind: 'totp', code: codeOf(key) } as const;
    expect(await answer.result.changePassword(credential, factor)).toMatchObject({ ok: true });
    await answer.result.close();
    await expect(clientOf().login('alice', 'open sesame')).rejects.toMatchObject({
      code: 'authentication_failed',
    });
    await (await clientOf().login('alice', 'open barley')).close();
  });
});
