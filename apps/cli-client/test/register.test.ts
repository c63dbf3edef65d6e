import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from './test-client.ts';
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

  it('ends if the pin is not confirmed', async () => {
    for (const answer of ['no', 'YES', '']) {
      const lines = ['alice', answer, PASSWORD, PASSWORD];
      const refused = await elsewhere.run(world.server.address, ['register', '--json'], lines);
      expect(refused).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'pin_not_confirmed' }] });
    }
    expect(existsSync(elsewhere.path('servers'))).toBe(false);
  });

  it('asks a person again after neither yes nor no, and continues after a yes', async () => {
    const typing = elsewhere.start(world.server.address, ['register', 'alice'], { terminal: true });
    await typing.shows('Is it the same pin?');
    typing.type('y', 'Yes ');
    await typing.shows('Type yes or no.');
    await typing.shows('Password');
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130 });
  });

  it.each(['no', ''])('understands %j from a person as a no', async (answer) => {
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

  it('refuses a password file that others can write, or with a bad password', async () => {
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
