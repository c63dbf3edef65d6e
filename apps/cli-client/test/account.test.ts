import { DEFAULT_SERVER_PROFILE } from '@countersign/auth-server';
import { describe, expect, it } from 'vitest';
import type { Running } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount, STRETCH, startTestServer, type TestServer } from './test-server.ts';
import { nearTheNextStep, useServer } from './use-server.ts';

const world = useServer();
const { home } = world;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function addOwner(): Promise<OldAccount & { login: string[]; next: string }> {
  const old = await world.addAccount();
  world.server.advance(30);
  const login = [old.username, OLD_PASSWORD, world.server.codeOf(old.secret)];
  return { ...old, login, next: world.server.codeOf(old.secret, 30) };
}

async function newCode(running: Running): Promise<string> {
  return world.server.codeOf(String((await running.event('enrolment')).secret));
}

describe('countersign password', () => {
  it('changes the password after a whole login', async () => {
    const { username, login, next } = await addOwner();
    const changed = await home.run(
      world.server.address,
      ['password', '--json'],
      [...login, 'a new password', 'a new password', next],
    );
    expect(changed).toMatchObject({
      exit: 0,
      events: [
        { event: 'authenticated', username },
        { event: 'password_changed', username },
      ],
    });
    const account = await world.server.services.accounts.find(username);
    expect(account).toMatchObject({
      credential: { suite: '3072-sha256', identity: username },
    });
  });

  it('changes nothing when the second one is mistyped', async () => {
    const { username, secret, login } = await addOwner();
    expect(
      await home.run(world.server.address, ['password'], [...login, 'a new password', 'another password']),
    ).toMatchObject({ exit: 2 });
    world.server.advance(30);
    expect(
      await home.run(world.server.address, ['login'], [username, OLD_PASSWORD, world.server.codeOf(secret)]),
    ).toMatchObject({ exit: 0 });
  });
});

describe('countersign totp replace', () => {
  it('asks for the next code, since that of the login is spent; the old authenticator no longer works', async () => {
    const { username, secret, login } = await addOwner();
    const replacing = home.start(world.server.address, ['totp', 'replace', '--json']);
    replacing.type(...login, world.server.codeOf(secret, 30));
    replacing.type(await newCode(replacing));
    const replaced = await replacing.finished;
    expect(replaced).toMatchObject({ exit: 0 });
    expect(replaced.events.map(({ event }) => event)).toEqual([
      'authenticated',
      'enrolment',
      'totp_replaced',
    ]);
    world.server.advance(60);
    const old = await home.run(
      world.server.address,
      ['login'],
      [username, OLD_PASSWORD, world.server.codeOf(secret)],
    );
    expect(old).toMatchObject({ exit: 3 });
    const code = world.server.codeOf(String(replaced.events[1]?.secret));
    expect(await home.run(world.server.address, ['login'], [username, OLD_PASSWORD, code])).toMatchObject({
      exit: 0,
    });
  });

  it('accepts a recovery code instead, and asks for no code after a login by recovery code', async () => {
    const { username, recoveryCodes, login } = await addOwner();
    const [first = '', second = ''] = recoveryCodes;
    const byCode = home.start(world.server.address, ['totp', 'replace', '--json']);
    byCode.type(...login, first);
    byCode.type(await newCode(byCode));
    expect(await byCode.finished).toMatchObject({ exit: 0 });

    const byRecovery = home.start(world.server.address, ['totp', 'replace', '--json']);
    byRecovery.type(username, OLD_PASSWORD, second);
    byRecovery.type(await newCode(byRecovery));
    expect(await byRecovery.finished).toMatchObject({ exit: 0 });
    expect((await world.server.services.accounts.find(username))?.recovery).toHaveLength(8);
  });

  it('is offered on a terminal right after a login by recovery code', async () => {
    const { username, recoveryCodes } = await addOwner();
    const login = home.start(world.server.address, ['login'], { terminal: true });
    for (const [asked, answer] of [
      ['User name', username],
      ['Password', OLD_PASSWORD],
      ['Code from', recoveryCodes[0]!],
      ['Set up a new authenticator now', 'yes'],
    ] as const) {
      await login.shows(asked);
      login.type(answer);
    }
    await login.shows('First code');
    const key = /Key: ([A-Z2-7 ]+)/.exec(login.stderr())![1]!;
    login.type(world.server.codeOf(key));
    const { exit, stdout } = await login.finished;
    expect(exit).toBe(0);
    expect(stdout).toMatch(/Login successful: .*Authenticator replaced\./s);
  });
});

describe('a command that changes the account', () => {
  it('takes its code from a second --code', async () => {
    const { username, secret } = await addOwner();
    const codes = [world.server.codeOf(secret), world.server.codeOf(secret, 30)];
    const argv = ['recovery-codes', ...codes.flatMap((code) => ['--code', code])];
    const renewed = await home.run(world.server.address, argv, [username, OLD_PASSWORD]);
    expect(renewed).toMatchObject({ exit: 0 });
  });

  it('rejects the code of the login, which is spent, and changes nothing', async () => {
    const { username, recoveryCodes, login } = await addOwner();
    const spent = login[2]!;
    const refused = await home.run(world.server.address, ['account', 'remove'], [...login, username, spent]);
    expect(refused).toMatchObject({ exit: 3 });
    expect(refused.stderr).toContain('That code has been used already, and each works once.');
    const account = await world.server.services.accounts.find(username);
    expect(account?.recovery).toHaveLength(recoveryCodes.length);
  });

  it('counts down on a terminal to the next code', async () => {
    const { login } = await addOwner();
    const running = home.start(world.server.address, ['recovery-codes'], { terminal: true });
    for (const [n, asked] of ['User name', 'Password', 'Code from'].entries()) {
      await running.shows(asked);
      running.type(login[n]!);
    }
    await running.shows(/The app shows the next one in \d+ s/);
    running.interrupt();
    expect(await running.finished).toMatchObject({ exit: 130 });
  });
});

describe('countersign recovery-codes', () => {
  it('prints ten new codes, and the old ones no longer work', async () => {
    const { username, recoveryCodes, login, next } = await addOwner();
    const renewed = await home.run(world.server.address, ['recovery-codes'], [...login, next]);
    expect(renewed.exit).toBe(0);
    const codes = renewed.stdout.trim().split(/\s+/);
    expect(codes).toHaveLength(10);
    const withCode = (code: string) =>
      home.run(world.server.address, ['login'], [username, OLD_PASSWORD, code]);
    expect(await withCode(recoveryCodes[0]!)).toMatchObject({ exit: 3 });
    expect(await withCode(codes[9]!)).toMatchObject({ exit: 0 });
  });

  it('prints one object with --json', async () => {
    const { username, login, next } = await addOwner();
    const { events } = await home.run(world.server.address, ['recovery-codes', '--json'], [...login, next]);
    expect(events).toEqual([
      expect.objectContaining({ event: 'authenticated', username }),
      { event: 'recovery_codes', username, recoveryCodes: expect.any(Array) },
    ]);
  });
});

describe('countersign account', () => {
  it('show prints what the server keeps', async () => {
    const { username, login } = await addOwner();
    const { exit, stdout } = await home.run(world.server.address, ['account', 'show'], login);
    expect(exit).toBe(0);
    expect(stdout).toMatch(new RegExp(`^User name +${username}$`, 'm'));
    expect(stdout).toMatch(/^Password +2048-legacy-x, not stretched$/m);
    expect(stdout).toMatch(/^Authenticator +SHA1, 6 digits, every 30 s$/m);
    expect(stdout).toMatch(/^Recovery codes left +10$/m);
  });

  it('show prints one object with --json', async () => {
    const { username, login } = await addOwner();
    const { events } = await home.run(world.server.address, ['account', 'show', '--json'], login);
    expect(events[1]).toMatchObject({
      event: 'account',
      username,
      created: expect.stringMatching(ISO_TIME),
      recoveryCodesLeft: 10,
      stretch: { name: 'none' },
    });
  });

  it('remove asks for the user name, and frees the name', async () => {
    const { username, secret, login } = await addOwner();
    const kept = await home.run(world.server.address, ['account', 'remove', '--json'], [...login, 'yes']);
    expect(kept).toMatchObject({ exit: 3 });
    expect(kept.events[1]).toMatchObject({ event: 'error', code: 'not_confirmed' });
    world.server.advance(30);
    const next = world.server.codeOf(secret, 30);
    const lines = [username, OLD_PASSWORD, world.server.codeOf(secret), username, next];
    expect(await home.run(world.server.address, ['account', 'remove'], lines)).toMatchObject({
      exit: 0,
      stdout: `Removed: ${username}\n`,
    });
    expect(await world.server.services.accounts.find(username)).toBeUndefined();
  });
});

describe('the form of a password', () => {
  const password = 'long enough for today';

  const renewal = async (server: TestServer, { username, secret, recoveryCodes }: OldAccount) => {
    const running = home.start(server.address, ['account', 'show'], { terminal: true });
    for (const [asked, answer] of [
      ['User name', username],
      ['Password', password],
      ['Code from', server.codeOf(secret)],
      ['Renew it now', 'yes'],
    ] as const) {
      await running.shows(asked);
      running.type(answer);
    }
    running.type(recoveryCodes[0]!);
    return running;
  };

  it('is only mentioned without a terminal, where no other code can be asked for', async () => {
    const { username, secret } = await world.addAccount({ password });
    const lines = [username, password, world.server.codeOf(secret)];
    const shown = await home.run(world.server.address, ['account', 'show', '--json'], lines);
    expect(shown).toMatchObject({ exit: 0 });
    expect(shown.stderr).toBe(
      'Your password is stored in an old form. Renew it with countersign password.\n',
    );
    const account = await world.server.services.accounts.find(username);
    expect(account?.credential.stretch).toEqual({ name: 'none' });
  });

  it('is renewed on a terminal after a yes and another code', async () => {
    const old = await world.addAccount({ password });
    nearTheNextStep(world.server);
    const running = await renewal(world.server, old);
    expect(await running.finished).toMatchObject({ exit: 0 });
    const account = await world.server.services.accounts.find(old.username);
    expect(account?.credential.stretch).toEqual(STRETCH);
    expect(account?.recovery).toHaveLength(9);
  });

  it('that a server of another version refuses does not end the login', async () => {
    const stretch = { name: 'argon2id', m: 131_072, t: 3, p: 4 } as const;
    const other = await startTestServer({ profile: { ...DEFAULT_SERVER_PROFILE, stretch } });
    try {
      const old = await other.addAccount('alice', { password });
      nearTheNextStep(other);
      const running = await renewal(other, old);
      const { exit, stdout } = await running.finished;
      expect(exit).toBe(0);
      expect(stdout).toMatch(/^User name +alice$/m);
      expect((await other.services.accounts.find('alice'))?.recovery).toHaveLength(10);
    } finally {
      await other.close();
    }
  });
});
