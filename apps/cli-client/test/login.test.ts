import { describe, expect, it, onTestFinished } from 'vitest';
import { type Finished, Home, type Running } from './test-client.ts';
import { OLD_PASSWORD, startTestServer } from './test-server.ts';
import { useServer, wrongCode } from './use-server.ts';

const world = useServer();
const { home } = world;

/** A person who has typed name and password. */
async function atTheCode(username: string): Promise<Running> {
  const login = home.start(world.server.address, ['login'], { terminal: true });
  for (const [asked, answer] of [
    ['User name', username],
    ['Password', OLD_PASSWORD],
  ] as const) {
    await login.shows(asked);
    login.type(answer);
  }
  await login.shows('Code from your authenticator app');
  return login;
}

/** The last of several logins over a pipe with that code. */
async function failed(username: string, code: string, times = 1): Promise<Finished> {
  const lines = [username, OLD_PASSWORD, code];
  const last = await home.run(world.server.address, ['login', '--json'], lines);
  return times === 1 ? last : failed(username, code, times - 1);
}

describe('login', () => {
  it('prints the time of the login before', async () => {
    const { username, secret } = await world.addAccount();
    const first = await home.run(
      world.server.address,
      ['login'],
      [username, OLD_PASSWORD, world.server.codeOf(secret)],
    );
    expect(first).toMatchObject({
      exit: 0,
      stdout: `Login successful: ${username}\nThis is the first login.\n`,
    });
    world.server.advance(30);
    const second = await home.run(
      world.server.address,
      ['login', username],
      [OLD_PASSWORD, world.server.codeOf(secret)],
    );
    expect(second.exit).toBe(0);
    expect(second.stdout).toMatch(
      /^Login successful: .*\nLast login: \d{4}-\d\d-\d\d \d\d:\d\d UTC, .*\.\n$/,
    );
    expect(second.stderr).not.toMatch(/since the last login/);
  });

  it('accepts a code typed with a space, and a name in capitals', async () => {
    const { username, secret } = await world.addAccount();
    const code = world.server.codeOf(secret).replace(/^.../, '$& ');
    const { exit } = await home.run(
      world.server.address,
      ['login', username.toUpperCase()],
      [OLD_PASSWORD, code],
    );
    expect(exit).toBe(0);
  });

  it('takes password and code from the options', async () => {
    const { username, secret } = await world.addAccount();
    const file = home.write('password', `${OLD_PASSWORD}\n`);
    const options = ['--password-file', file, '--code', world.server.codeOf(secret)];
    expect(await home.run(world.server.address, ['login', username, ...options])).toMatchObject({ exit: 0 });
  });

  it('takes the password from the first line of standard input when the file is -', async () => {
    const { username, secret } = await world.addAccount();
    const lines = [OLD_PASSWORD, world.server.codeOf(secret)];
    expect(
      await home.run(world.server.address, ['--password-file', '-', 'login', username], lines),
    ).toMatchObject({
      exit: 0,
    });
  });

  it('asks a person again after a wrong code, and counts what is left', async () => {
    const { username, secret } = await world.addAccount();
    const login = await atTheCode(username);
    login.type(wrongCode(world.server, secret));
    await login.shows(/wrong\s+or\s+out\s+of\s+date\.\s+4\s+attempts\s+left\./);
    login.type(world.server.codeOf(secret));
    expect(await login.finished).toMatchObject({ exit: 0 });
  });

  it('ends at a wrong code over a pipe, since the next line would answer another question', async () => {
    const { username, secret } = await world.addAccount();
    const refused = await failed(username, wrongCode(world.server, secret));
    expect(refused).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'code_rejected' }] });
    expect(refused.stderr).toBe('Error: That code is wrong or out of date. Run the command again.\n');
  });

  it('refuses the same code a second time', async () => {
    const { username, secret } = await world.addAccount();
    const lines = [username, OLD_PASSWORD, world.server.codeOf(secret)];
    expect(await home.run(world.server.address, ['login'], lines)).toMatchObject({ exit: 0 });
    const again = await home.run(world.server.address, ['login', '--json'], lines);
    expect(again.stderr).toContain('That code has been used already, and each works once.');
    expect(again).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'code_rejected' }] });
  });

  it('ends after the last attempt of a connection', async () => {
    const { username, secret } = await world.addAccount();
    const login = await atTheCode(username);
    login.type(...Array<string>(5).fill(wrongCode(world.server, secret)));
    const { exit, stderr } = await login.finished;
    expect(exit).toBe(3);
    expect(stderr.match(/attempts?\s+left/g)).toHaveLength(4);
    expect(stderr).toMatch(/That\s+was\s+the\s+last\s+attempt\s+on\s+this\s+connection\./);
  });

  it('says how long codes are delayed after too many wrong ones', async () => {
    const old = await world.addAccount();
    await failed(old.username, wrongCode(world.server, old.secret), 5);
    const slowed = await home.run(
      world.server.address,
      ['login', '--json'],
      [old.username, OLD_PASSWORD, world.server.codeOf(old.secret)],
    );
    expect(slowed).toMatchObject({ exit: 4, events: [{ event: 'error', code: 'slow_down' }] });
    expect(slowed.stderr).toMatch(
      /Too many wrong codes for this account\. Try again in (1 minute|\d+ seconds)\./,
    );
    // The sixth was right and was not judged.
    world.server.advance(61);
    const opened = await home.run(
      world.server.address,
      ['login'],
      [old.username, OLD_PASSWORD, world.server.codeOf(old.secret)],
    );
    expect(opened.stderr).toContain('6 codes refused since the last login.');
  });

  it('waits on a terminal before it asks for a code that would be rejected', async () => {
    const { username, secret } = await world.addAccount();
    await failed(username, wrongCode(world.server, secret), 5);
    const login = home.start(world.server.address, ['login', username], { terminal: true });
    await login.shows('Password');
    login.type(OLD_PASSWORD);
    await login.shows(/The next one is accepted in \d+ s/);
    expect(login.stderr()).not.toContain('Code from');
    login.interrupt();
    expect(await login.finished).toMatchObject({ exit: 130 });
  });

  it('asks for a recovery code, or ends, when the wait is longer than a connection', async () => {
    const server = await startTestServer({ codeDelay: 300 });
    onTestFinished(() => server.close());
    const open = async (username: string) => {
      const login = home.start(server.address, ['login', username], { terminal: true });
      await login.shows('Password');
      login.type(OLD_PASSWORD);
      return login;
    };
    const { secret, recoveryCodes } = await server.addAccount('alice');
    await server.addAccount('bobby', { recovery: [] });
    for (const name of ['alice', 'bobby'])
      for (let failure = 0; failure < 5; failure += 1)
        await home.run(server.address, ['login', name], [OLD_PASSWORD, wrongCode(server, secret)]);

    const alice = await open('alice');
    await alice.shows(/Too\s+many\s+wrong\s+codes\s+for\s+this\s+account\.\s+Try\s+again\s+in/);
    await alice.shows('Recovery code');
    alice.type(recoveryCodes[0]!);
    await alice.shows('Set up a new authenticator now?');
    alice.type('n');
    expect(await alice.finished).toMatchObject({ exit: 0 });

    const bobby = await open('bobby');
    const { exit, stderr } = await bobby.finished;
    expect(exit).toBe(4);
    expect(stderr).toMatch(/Too\s+many\s+wrong\s+codes\s+for\s+this\s+account\.\s+Try\s+again\s+in/);
    expect(stderr).not.toContain('Recovery code');
  });

  it('says that codes are locked, and accepts a recovery code', async () => {
    const { username, secret, recoveryCodes } = await world.addAccount();
    const wrong = wrongCode(world.server, secret);
    await failed(username, wrong, 5);
    world.server.advance(61);
    const told = { exit: 4, events: [{ event: 'error', code: 'locked' }] };
    await failed(username, wrong);

    const locked = await failed(username, world.server.codeOf(secret));
    expect(locked).toMatchObject(told);
    expect(locked.stderr).toContain(
      'Codes are locked for this account after too many wrong ones. Ask the administrator to unlock it, or use a recovery code if that is still accepted.',
    );
    const lines = [username, OLD_PASSWORD];
    expect(await home.run(world.server.address, ['login', '--json'], lines)).toMatchObject(told);

    const opened = await home.run(world.server.address, ['login'], [...lines, recoveryCodes[0]!]);
    expect(opened.stderr).toContain('Codes are locked for this account after too many wrong ones.');
    expect(opened).toMatchObject({ exit: 0 });
  });

  it('asks for no recovery code if none is left to unlock the account', async () => {
    const { username, secret } = await world.addAccount({ recovery: [] });
    const wrong = wrongCode(world.server, secret);
    await failed(username, wrong, 5);
    world.server.advance(61);
    await failed(username, wrong);
    const locked = home.start(world.server.address, ['login', '--json']);
    locked.type(username, OLD_PASSWORD);
    expect(await locked.finished).toMatchObject({
      exit: 4,
      stderr:
        'Error: Codes are locked for this account after too many wrong ones. Ask the administrator to unlock it, or use a recovery code if that is still accepted.\n',
      events: [{ event: 'error', code: 'locked' }],
    });
  });

  it('reports text that cannot be a code without spending an attempt', async () => {
    const { username, secret, recoveryCodes } = await world.addAccount();
    const typo = recoveryCodes[0]!.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const login = await atTheCode(username);
    login.type('what', '', '１２３４５６', typo, world.server.codeOf(secret));
    const { exit, stderr } = await login.finished;
    expect(exit).toBe(0);
    expect(stderr.match(/A\s+code\s+has\s+6\s+to\s+8\s+digits/g)).toHaveLength(3);
    expect(stderr).toMatch(/There\s+is\s+a\s+typing\s+mistake\s+in\s+that\s+recovery\s+code\./);
    expect(stderr).not.toMatch(/attempts?\s+left/);
    const piped = await failed(username, 'what');
    expect(piped).toMatchObject({ exit: 2, events: [{ event: 'error', code: 'bad_input' }] });
  });

  it('accepts a recovery code once instead of a code, and mentions a new authenticator', async () => {
    const { username, recoveryCodes } = await world.addAccount();
    const [code = ''] = recoveryCodes;
    const lines = [username, OLD_PASSWORD, code.toLowerCase().replaceAll('-', ' ')];
    const login = await home.run(world.server.address, ['login'], lines);
    expect(login).toMatchObject({ exit: 0 });
    expect(login.stderr).toContain(
      'You logged in with a recovery code, which is spent now; 9 are left. If you have lost your authenticator',
    );
    expect(login.stderr).toContain('countersign totp replace');
    const again = await home.run(world.server.address, ['login'], lines);
    expect(again).toMatchObject({ exit: 3 });
    expect(again.stderr).toContain('That recovery code is wrong, or has been used already.');
  });

  it('prints the same for a wrong password and an unknown user', async () => {
    const { username } = await world.addAccount();
    const wrong = await home.run(world.server.address, ['login', '--json'], [username, 'not the password']);
    const unknown = await home.run(world.server.address, ['login', '--json'], ['nobody', 'not the password']);
    expect(wrong).toEqual(unknown);
    expect(wrong).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'authentication_failed' }] });
  });

  it('says how long passwords are delayed after too many wrong ones', async () => {
    const { username } = await world.addAccount();
    const wrong = () => home.run(world.server.address, ['login'], [username, 'not it']);
    // The first wait is one second of the server's clock, and can be over before the next attempt. Each wait is twice as long.
    let slowed = await wrong();
    for (let more = 0; more < 12 && slowed.exit !== 4; more += 1) slowed = await wrong();
    expect(slowed).toMatchObject({ exit: 4 });
    expect(slowed.stderr).toMatch(/Error: Too many attempts\. Try again in \d+ seconds?\./);
  });

  it('reports what failed since the last login, wrong codes separately', async () => {
    const old = await world.addAccount();
    await home.run(world.server.address, ['login'], [old.username, 'not it']);
    await failed(old.username, wrongCode(world.server, old.secret), 2);
    const lines = [old.username, OLD_PASSWORD, world.server.codeOf(old.secret)];
    const { stderr, events } = await home.run(world.server.address, ['login', '--json'], lines);
    expect(events).toEqual([
      {
        event: 'authenticated',
        username: old.username,
        failedSince: expect.objectContaining({ passwords: 1, codes: 2 }),
        recoveryCodesLeft: 10,
        advice: ['upgrade_credential'],
      },
    ]);
    expect(stderr).toContain('1 password refused since the last login.');
    expect(stderr).toContain(
      '2 codes refused since the last login. If that was not you, someone else knows your password',
    );
  });

  it('reports logins with the right password that were not completed, with the last source and time', async () => {
    const { username, secret } = await world.addAccount();
    const { address } = world.server;
    // Standard input ends where the code is asked for: the thief hangs up. The user's own device raises no alarm.
    const thief = new Home();
    onTestFinished(() => thief.remove());
    for (let n = 0; n < 2; n += 1) await thief.run(address, ['login', username], [OLD_PASSWORD]);
    const code = world.server.codeOf(secret);
    const { stderr } = await home.run(address, ['login', username], [OLD_PASSWORD, code]);
    expect(stderr).toMatch(
      /2 logins with your password were not completed, the last from 127\.0\.0\.1, .* \(.* UTC\)\. If that was not you, someone else knows your password/,
    );
    await thief.run(address, ['login', username], [OLD_PASSWORD]);
    await home.run(address, ['login', username], [OLD_PASSWORD]);
    world.server.advance(30);
    const lines = [OLD_PASSWORD, world.server.codeOf(secret)];
    const { stdout } = await home.run(address, ['login', username, '--json'], lines);
    expect(JSON.parse(stdout)).toMatchObject({
      event: 'authenticated',
      lastLogin: expect.stringMatching(/Z$/),
      failedSince: {
        passwords: 0,
        codes: 0,
        unfinished: { count: 1, source: '127.0.0.1', at: expect.stringMatching(/Z$/) },
      },
    });
  });

  it('warns when recovery codes run out, and of a short key', async () => {
    const { username, secret } = await world.addAccount({ recovery: [], weak: true });
    const lines = [username, OLD_PASSWORD, world.server.codeOf(secret)];
    const { exit, stderr } = await home.run(world.server.address, ['login'], lines);
    expect(exit).toBe(0);
    expect(stderr).toContain('No recovery code is left: make new ones with countersign recovery-codes.');
    expect(stderr).toContain('Renew it with countersign totp replace');
  });

  it('keeps an old password that is too short for today, and says so', async () => {
    const { username, secret } = await world.addAccount();
    const { stderr } = await home.run(
      world.server.address,
      ['login'],
      [username, OLD_PASSWORD, world.server.codeOf(secret)],
    );
    expect(stderr).toContain('A password has at least 8 characters. Change it with countersign password.');
  });

  it('refuses a disabled account, and says so only after the right password', async () => {
    const { username } = await world.addAccount({ disabled: true });
    const right = await home.run(world.server.address, ['login', '--json'], [username, OLD_PASSWORD]);
    const wrong = await home.run(world.server.address, ['login', '--json'], [username, 'not it']);
    expect(right).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'disabled' }] });
    expect(wrong).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'authentication_failed' }] });
  });

  it('after a reset by the administrator asks for a recovery code, and for the first code of a new authenticator', async () => {
    const { username, recoveryCodes } = await world.addAccount({ totpReset: true });
    const login = home.start(world.server.address, ['login', '--json']);
    login.type(username, OLD_PASSWORD, recoveryCodes[3]!);
    const { secret } = await login.event('enrolment');
    login.type(world.server.codeOf(String(secret)));
    const finished = await login.finished;
    expect(finished).toMatchObject({
      exit: 0,
      events: [{ event: 'enrolment' }, { event: 'authenticated', username }],
    });
  });

  it.each([
    ['User name', 0],
    ['Password', 1],
    ['Code from your authenticator app', 2],
  ])('ends when input ends before: %s', async (question, lines) => {
    const { username } = await world.addAccount();
    const given = [username, OLD_PASSWORD].slice(0, lines);
    const { exit, events } = await home.run(world.server.address, ['login', '--json'], given);
    expect(exit).toBe(2);
    expect(events).toEqual([
      {
        event: 'error',
        code: 'end_of_input',
        message: expect.stringContaining(`Input ended while this was being asked for: ${question}`),
      },
    ]);
  });

  it.each(['User name', 'Password', 'Code from your authenticator app'])(
    'ends cleanly when it is interrupted at: %s',
    async (question) => {
      const { username } = await world.addAccount();
      const login = home.start(world.server.address, ['login'], { terminal: true });
      for (const [asked, answer] of [
        ['User name', username],
        ['Password', OLD_PASSWORD],
        ['Code from your authenticator app', ''],
      ] as const) {
        await login.shows(asked);
        if (asked === question) break;
        login.type(answer);
      }
      login.interrupt();
      expect(await login.finished).toMatchObject({ exit: 130, stdout: '' });
    },
  );
});
