/** What went wrong with second factors elsewhere, by the name of the failure: each is tried here on the whole server. */
import { inspect } from 'node:util';
import { memoryBackend, openStore, restoreStore } from '@countersign/secure-store';
import type { Message } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { restoreRules } from '../src/accounts/backup.ts';
import { readAudit } from '../src/audit/read.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { openBreakableStore } from './breakable-store.ts';
import {
  codeAt,
  login,
  makeWorld,
  type Peer,
  register,
  secretOf,
  type User,
  type World,
  wrongCode,
} from './world.ts';

/** A connection with the password proven and the code still to come. */
async function halfway(world: World, user: User, source = '192.0.2.1'): Promise<Peer> {
  const peer = world.connect({ source });
  const proven = await peer.prove(user.username, user.password);
  if (proven.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(proven)}`);
  return peer;
}

async function submit(world: World, user: User, code: string): Promise<Message> {
  return (await halfway(world, user)).ask({ type: 'totp.submit', code });
}

/** Another process of the same server: nothing in common but the store. */
async function anotherProcess(world: World): Promise<World> {
  const other = await makeWorld({ store: world.store });
  other.now = world.now;
  return other;
}

describe('second factor, on a server', () => {
  it('code reusable in its window', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    for (const offset of [-1, 0, 1]) {
      world.now += 90;
      const code = codeAt(world, user.secret, offset);
      expect(await submit(world, user, code)).toMatchObject({ type: 'login.done' });
      for (const seconds of [0, 29]) {
        world.now += seconds;
        expect(await submit(world, user, code)).toMatchObject({ reason: 'used' });
      }
    }
  });

  it('code with a space misses the used-code check', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const code = codeAt(world, user.secret);
    expect(await submit(world, user, `${code.slice(0, 3)} ${code.slice(3)}`)).toMatchObject({
      type: 'login.done',
    });
    for (const spelling of [code, ` ${code}`, `${code} `, code.split('').join('-')])
      expect(await submit(world, user, spelling)).toMatchObject({ reason: 'used' });
  });

  it('replay through resynchronisation', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const { peer } = await login(world, user);
    world.now += 30;
    const factor = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    const { otpauth } = await peer.expect('totp.replacing', { type: 'totp.replace', factor });
    expect(await submit(world, user, factor.code)).toMatchObject({ reason: 'used' });
    const secret = secretOf(otpauth);
    const code = codeAt(world, secret);
    await peer.expect('totp.replaced', { type: 'totp.confirm', code });
    expect(await submit(world, { ...user, secret }, code)).toMatchObject({ reason: 'used' });
  });

  it('parallel guesses beat the counter', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const processes = [world, await anotherProcess(world)];
    const peers: Peer[] = [];
    for (let n = 0; n < 20; n++)
      for (const one of processes) peers.push(await halfway(one, user, `198.51.100.${n}`));
    const code = wrongCode(world, user.secret);
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'totp.submit', code })));
    const judged = answers.filter((answer) => answer.type === 'factor.rejected' && answer.reason === 'wrong');
    expect(judged).toHaveLength(5);
    expect(await submit(world, user, codeAt(world, user.secret))).toMatchObject({ retryAfter: 60 });
  });

  it('one code, two logins', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const peers: Peer[] = [];
    for (const one of [world, await anotherProcess(world)])
      for (let n = 0; n < 10; n++) peers.push(await halfway(one, user, `198.51.100.${n}`));
    const code = codeAt(world, user.secret);
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'totp.submit', code })));
    expect(answers.filter(({ type }) => type === 'login.done')).toHaveLength(1);
  });

  it('no limit; parallel challenges multiply it', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const code = wrongCode(world, user.secret);
    for (let n = 0; n < 5; n++) {
      const peer = await halfway(world, user, `198.51.100.${n}`);
      expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ reason: 'wrong' });
    }
    const fresh = await halfway(world, user, '203.0.113.1');
    const right = { type: 'totp.submit', code: codeAt(world, user.secret) } as const;
    expect(await fresh.ask(right)).toMatchObject({ type: 'factor.rejected', retryAfter: 60 });
  });

  it('lockout bypassed by another spelling of the name', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    for (let n = 0; n < 3; n++) await world.connect().prove('alice', 'open says me');
    for (const spelling of [
      'Alice',
      'ALICE',
      'alice ',
      ' alice',
      'ａｌｉｃｅ',
      'ali\u0063\u0327e',
      'al\u200Bice',
    ])
      expect(await world.connect().prove(spelling, user.password)).toMatchObject({ code: 'name_refused' });
    expect(await world.connect().prove('alice', user.password)).toMatchObject({ code: 'slow_down' });
  });

  it('lockout used against the user', async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ name: { failures: 20 } }) });
    const user = await register(world, 'alice');
    const device = new Uint8Array(32).fill(5);
    await login(world, user, '192.0.2.1', device);
    for (let n = 0; n < 30; n++)
      await world.connect({ source: `198.51.100.${n}` }).prove('alice', 'open says me');
    for (let n = 0; n < 30; n++) await world.connect().prove(`nobody${n}`, 'open says me');
    expect(await world.connect({ source: '203.0.113.1' }).prove('alice', user.password)).toMatchObject({
      code: 'slow_down',
      retryAfter: 60,
    });
    const { done } = await login(world, user, '192.0.2.1', device);
    expect(done.failedSince).toEqual({ passwords: 20, codes: 0 });
  });

  it('restored backup revives used codes', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const source: Uint8Array[] = [];
    await world.store.backup({ write: (chunk) => void source.push(chunk) });
    await login(world, user);
    const code = codeAt(world, user.secret);
    const place = { backend: memoryBackend(), passphrase: 'a passphrase for tests' };
    await restoreStore({ ...place, source, rules: restoreRules(world.now, world.services.randomBytes) });
    const restored = await makeWorld({ store: await openStore(place) });
    restored.now = world.now;
    expect(await submit(restored, user, code)).toMatchObject({ reason: 'used' });
  });

  it('full-width digits or "●●●●●●" crash verify', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    for (const code of ['１２３４５６', '●●●●●●', '12345', '+123456', '1e5', '0x1234', '\u0000', '١٢٣٤٥٦'])
      expect(await submit(world, user, code)).toMatchObject({ reason: 'malformed', attemptsLeft: 4 });
    expect(world.failures).toEqual([]);
    expect((await login(world, user)).done.failedSince).toMatchObject({ codes: 0, unfinished: { count: 8 } });
  });

  it('secret in an error message, log, argv, QR web service', async () => {
    const { store, disk, stored } = await openBreakableStore();
    const world = await makeWorld({ store });
    const user = await register(world, 'alice', 'correct horse battery');
    await login(world, user);
    const peer = await halfway(world, user);
    world.now += 30;
    disk.full = true;
    const code = codeAt(world, user.secret);
    expect(await peer.ask({ type: 'totp.submit', code })).toMatchObject({ code: 'store_unavailable' });
    disk.full = false;
    await world.services.journal.flush();

    expect(world.failures).toHaveLength(1);
    const bytes = Buffer.from(user.secret.bytes);
    const secrets = [user.password, code, user.secret.toBase32(), ...user.recoveryCodes];
    const said = inspect([world.failures, await readAudit(store)], { depth: 10 });
    for (const secret of [...secrets, bytes.toString('hex'), bytes.toString('base64url')])
      expect(said).not.toContain(secret);
    const lies = await stored();
    for (const secret of [...secrets.filter((text) => text !== code), bytes, bytes.toString('base64url')])
      expect(lies.includes(secret)).toBe(false);
    expect(lies.includes('alice')).toBe(false);
  });

  it('recovery codes in the clear, racy, weak', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const account = await world.services.accounts.find('alice');
    const [code = ''] = user.recoveryCodes;
    for (const kept of account?.recovery ?? []) expect(Buffer.from(kept, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(account)).not.toContain(code.slice(0, 4));
    const peers: Peer[] = [];
    for (const one of [world, await anotherProcess(world)])
      for (let n = 0; n < 10; n++) peers.push(await halfway(one, user, `198.51.100.${n}`));
    const answers = await Promise.all(peers.map((peer) => peer.ask({ type: 'recovery.submit', code })));
    expect(answers.filter(({ type }) => type === 'login.done')).toHaveLength(1);
    expect((await world.services.accounts.find('alice'))?.recovery).toHaveLength(9);
  });

  it('second factor removable with the password alone', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const factor = { kind: 'totp', code: codeAt(world, user.secret) } as const;
    const commands: Message[] = [
      { type: 'totp.replace' },
      { type: 'totp.confirm', code: '000000' },
      { type: 'recovery.renew', factor },
      { type: 'account.remove', factor },
      { type: 'account.show' },
    ];
    // Straight to the session: the table of states, which would refuse most of them, is not asked.
    for (const command of commands) {
      const { session } = await halfway(world, user);
      expect(await session.handle(command)).toMatchObject([{ type: 'error', code: 'protocol' }]);
    }
    const { peer } = await login(world, user);
    expect(await peer.ask({ type: 'totp.replace' })).toMatchObject({ code: 'protocol' });
    expect((await world.services.accounts.find('alice'))?.recovery).toHaveLength(10);
  });

  it('fail-open when state cannot be written', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const user = await register(world, 'alice');
    const attempts = [
      { type: 'totp.submit', code: codeAt(world, user.secret) },
      { type: 'recovery.submit', code: user.recoveryCodes[0] ?? '' },
    ] as const;
    for (const attempt of attempts) {
      const peer = await halfway(world, user);
      disk.full = true;
      expect(await peer.ask(attempt)).toMatchObject({ code: 'store_unavailable' });
      expect(peer.session.isOver).toBe(true);
      disk.full = false;
    }
    expect(await submit(world, user, codeAt(world, user.secret))).toMatchObject({ type: 'login.done' });
  });
});

describe('SRP, on a server', () => {
  it('the salt of anyone for the asking', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    const asked = async () => (await world.connect().startLogin('alice', 'open says me')).answer;
    for (let n = 0; n < 60; n++) expect(await asked()).toMatchObject({ type: 'login.challenge' });
    expect(await asked()).toMatchObject({ code: 'slow_down', retryAfter: 60 });
  });
});
