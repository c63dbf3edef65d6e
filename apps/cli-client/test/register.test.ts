import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './test-client.ts';
import { startTestServer, type TestServer } from './test-server.ts';
import { useServer } from './use-server.ts';

const PASSWORD = 'correct horse battery';
const world = useServer();
const { home } = world;
const elsewhere = new Home();

beforeAll(async () => {
  await world.server.addAccount('taken');
});
afterAll(() => elsewhere.remove());

describe('registration', () => {
  it('says that a name is taken', async () => {
    const lines = ['taken', 'yes', PASSWORD, PASSWORD];
    const refused = await home.run(world.server.address, ['register', '--json'], lines);
    expect(refused).toMatchObject({ exit: 3, events: [{ event: 'error', code: 'name_taken' }] });
    expect(refused.stderr).toContain(world.server.pin);
  });

  it('on a terminal asks for another name, without leaving', async () => {
    const options = ['--pin', world.server.pin, '--password-file', home.write('password', PASSWORD)];
    const typing = home.start(world.server.address, ['register', 'taken', ...options], { terminal: true });
    await typing.shows('The user name taken is taken.');
    await typing.shows('Another user name');
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130, stdout: '' });
  });

  it('does not go on with a server whose pin nobody confirmed', async () => {
    for (const answer of ['no', 'YES', '']) {
      const lines = ['alice', answer, PASSWORD, PASSWORD];
      const refused = await elsewhere.run(world.server.address, ['register', '--json'], lines);
      expect(refused).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'pin_not_confirmed' }] });
    }
    expect(existsSync(elsewhere.path('servers'))).toBe(false);
  });

  it('asks a person again who answers neither yes nor no, and goes on after a yes', async () => {
    const typing = elsewhere.start(world.server.address, ['register', 'alice'], { terminal: true });
    await typing.shows('Is it the same pin?');
    typing.type('y', 'Yes ');
    await typing.shows('Type yes or no.');
    await typing.shows('Password');
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130 });
  });

  it.each(['no', ''])('takes %j from a person for a no', async (answer) => {
    const typing = elsewhere.start(world.server.address, ['register', 'alice'], { terminal: true });
    await typing.shows('Is it the same pin?');
    typing.type(answer);
    expect(await typing.finished).toMatchObject({ exit: 5, stderr: expect.not.stringContaining('Password') });
  });

  it.each([
    [
      'a name that is too long',
      ['x'.repeat(65)],
      'bad_username',
      'A user name has at most 64 characters and 200 bytes.',
    ],
    ['a name with a colon', ['bo:by'], 'bad_username', 'A user name has letters, digits and signs'],
    ['a short password', ['dora', 'short'], 'bad_password', 'A password has at least 8 characters.'],
    [
      'two passwords that differ',
      ['dora', PASSWORD, `${PASSWORD}.`],
      'passwords_differ',
      'The two passwords',
    ],
  ])('over a pipe ends with %s', async (_what, lines, code, message) => {
    const argv = ['register', '--json', '--pin', world.server.pin];
    const refused = await home.run(world.server.address, argv, lines);
    expect(refused).toMatchObject({ exit: 2, events: [{ event: 'error', code }] });
    expect(refused.stderr).toContain(message);
    expect(refused.stdout + refused.stderr).not.toContain(PASSWORD);
  });

  it('on a terminal asks again instead', async () => {
    const typing = home.start(world.server.address, ['register', '--pin', world.server.pin], {
      terminal: true,
    });
    await typing.shows('User name');
    typing.type('x'.repeat(65));
    await typing.shows('A user name has at most 64 characters and 200 bytes.');
    typing.type('dora');
    await typing.shows('Password');
    typing.type('short');
    await typing.shows('A password has at least 8 characters.');
    typing.type(PASSWORD, 'something else');
    await typing.shows('The two passwords differ. Type both again.');
    typing.interrupt();
    const { exit, stderr } = await typing.finished;
    expect(exit).toBe(130);
    expect(stderr).not.toMatch(/correct|horse|something/);
  });

  it('refuses a password file that others can choose, or that holds a bad password', async () => {
    const open = home.write('open', PASSWORD, 0o666);
    const short = home.write('short', 'short');
    for (const [file, code] of [
      [open, 'secret_file_access'],
      [short, 'bad_password'],
      [home.path('none'), 'secret_file_unreadable'],
    ] as const) {
      const argv = ['register', 'dora', '--json', '--pin', world.server.pin, '--password-file', file];
      const refused = await home.run(world.server.address, argv);
      expect(refused).toMatchObject({ exit: 2, events: [{ event: 'error', code }] });
      expect(Object.keys(refused.events[0]!)).toEqual(['event', 'code', 'message']);
    }
  });
});

describe('registration by invitation', () => {
  it('needs no pin, works once, and refuses a wrong, used or mistyped invitation', async () => {
    const invited = await startTestServer({ registration: 'invite' });
    try {
      const { code } = await invited.services.invitations.create({ now: invited.now(), validFor: 3600 });
      const register = ['register', 'fr&nk', '--json', '--password-file', home.write('password', PASSWORD)];
      const refused = (invite: string) =>
        home.run(invited.address, [...register, '--invite-file', home.write('invitation', invite)]);

      const typo = code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
      for (const wrong of [typo, 'what'])
        expect(await refused(wrong)).toMatchObject({ exit: 2, events: [{ code: 'bad_invitation' }] });
      const unknown = await refused(`unknown.${code.slice(code.indexOf('.') + 1)}`);
      expect(unknown).toMatchObject({ exit: 3, events: [{ code: 'authentication_failed' }] });
      expect(unknown.stderr).toContain('The invitation is wrong, used or out of date.');

      const there = ['--server', invited.address];
      const registering = home.start('nowhere', [...register, ...there, '--invite-file', '-']);
      registering.type(code);
      const { secret } = await registering.event('enrolment');
      registering.type(invited.codeOf(String(secret)));
      expect(await registering.finished).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining(`Log in with: countersign login 'fr&nk' ${there.join(' ')}\n`),
      });
      expect(await refused(code)).toMatchObject({ exit: 3, events: [{ code: 'authentication_failed' }] });
    } finally {
      await invited.close();
    }
  });

  it('asks a person without one for it, and keeps the name and password that were typed', async () => {
    const invited = await startTestServer({ registration: 'invite' });
    try {
      const { code } = await invited.services.invitations.create({ now: invited.now(), validFor: 3600 });
      const typing = home.start(invited.address, withoutInvitation(invited), { terminal: true });
      await typing.shows('Invitation code');
      typing.type('what');
      await typing.shows(/That is no invitation code/);
      typing.type(code);
      await typing.shows('First code');
      typing.interrupt();
      expect(await typing.finished).toMatchObject({ exit: 130 });
    } finally {
      await invited.close();
    }
  });

  it.each([
    ['a person presses Enter instead', { terminal: true }],
    ['nobody can be asked', {}],
  ])('is refused where one is needed and %s', async (_when, options) => {
    const invited = await startTestServer({ registration: 'invite' });
    try {
      const leaving = home.start(invited.address, withoutInvitation(invited), options);
      leaving.type('');
      const { exit, stderr } = await leaving.finished;
      expect(exit).toBe(3);
      expect(stderr.includes('Invitation code')).toBe('terminal' in options);
    } finally {
      await invited.close();
    }
  });

  function withoutInvitation({ pin }: TestServer): string[] {
    return ['register', 'grace', '--pin', pin, '--password-file', home.write('password', PASSWORD)];
  }
});
