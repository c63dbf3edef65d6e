/** Registration by invitation: one line of text that names server, pin and user name. */
import { formatInvitation, readInvitation } from '@countersign/wire-protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Home, type Running, type StartOptions } from './test-client.ts';
import { startTestServer, type TestServer } from './test-server.ts';

const PASSWORD = 'correct horse battery';
const OTHER_PIN = `sha256:${'A'.repeat(43)}`;
let server: TestServer;
const home = new Home();

beforeAll(async () => {
  server = await startTestServer({ registration: 'invite' });
});
afterEach(() => home.run(server.address, ['servers', 'forget', server.address]));
afterAll(async () => {
  await server.close();
  home.remove();
});

/** Nothing but the invitation says where the server is. */
function register(text: string, { argv = [], ...options }: StartOptions & { argv?: string[] } = {}): Running {
  const invited = ['--invite-file', home.write('invitation', text)];
  return home.start('nowhere.invalid:1', ['register', ...argv, ...invited], options);
}

const WITH_PASSWORD = ['--json', '--password-file', home.write('password', PASSWORD)];

describe('an invitation', () => {
  it('over a pipe needs no name, no server and no yes, works once, and its server is remembered', async () => {
    const text = await server.invite({ username: 'fr&nk' });
    const registering = home.start('nowhere.invalid:1', ['register', '--json', '--invite-file', '-']);
    registering.type(text, PASSWORD, PASSWORD);
    const { secret } = await registering.event('enrolment');
    registering.type(server.codeOf(String(secret)));
    const { exit, stderr } = await registering.finished;
    expect(exit).toBe(0);
    expect(stderr).toContain(`server     ${server.address}\n  user name  fr&nk\n`);
    expect(stderr).toContain(`Log in with: countersign login 'fr&nk' --server ${server.address}\n`);
    const { stdout } = await home.run('nowhere.invalid:1', ['servers', 'list']);
    expect(stdout).toContain(server.pin);
    expect(await register(text, { argv: WITH_PASSWORD }).finished).toMatchObject({
      exit: 3,
      events: [{ code: 'authentication_failed' }],
      stderr: expect.stringContaining('The invitation has been used or revoked, or has expired.'),
    });
  });

  it('shows server and name to a person before the password is asked for', async () => {
    const typing = register(await server.invite({ username: 'grace' }), { terminal: true });
    await typing.shows('Password');
    expect(typing.stderr()).toMatch(
      new RegExp(`for\\s+server +${server.address}\\s+user name +grace\\s.*Password`, 's'),
    );
    expect(typing.stderr()).not.toMatch(/User name|same pin/);
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130 });
  });

  it('is joined from the lines that a mail program has broken it into', async () => {
    const typing = home.start('nowhere.invalid:1', ['register', '--invite-file', '-'], { terminal: true });
    await typing.shows('Invitation');
    typing.type('what');
    await typing.shows(/That\s+is\s+not\s+an\s+invitation/);
    const text = await server.invite({ username: 'henry' });
    typing.type(...(text.match(/.{1,60}/g) ?? []).map((line) => `  ${line}`));
    await typing.shows(/user name +henry/);
    await typing.shows('Password');
    expect(typing.stderr()).not.toContain(text.slice(0, 60));
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130 });
  });

  it('for any name uses the one on the command line, or the one that a person types', async () => {
    const text = await server.invite();
    const argv = [...WITH_PASSWORD, 'ida'];
    const registering = register(text, { argv });
    await registering.event('enrolment');
    registering.end();
    expect(await registering.finished).toMatchObject({ exit: 2 });
    expect(await register(text, { argv: WITH_PASSWORD }).finished).toMatchObject({
      exit: 2,
      events: [{ code: 'name_missing' }],
    });
    const typing = register(text, { terminal: true });
    await typing.shows('User name');
    typing.type('ida');
    await typing.shows('Password');
    typing.interrupt();
    await typing.finished;
  });

  it('for one name is refused for another one before anything is sent', async () => {
    const text = await server.invite({ username: 'joan', port: 1 });
    const argv = [...WITH_PASSWORD, 'mallory'];
    expect(await register(text, { argv }).finished).toMatchObject({
      exit: 2,
      events: [{ code: 'other_name' }],
    });
  });

  it.each([
    ['text of another kind', 'AAECAwQF.0000-0000-0000-0000', 'bad_invitation'],
    ['one with a missing end', 'countersign1_AAAA', 'damaged_invitation'],
    ['one of a later version', 'countersign2_AAAA', 'newer_invitation'],
  ])('is distinguished from %s before anything is asked', async (_what, text, code) => {
    expect(await register(text, { argv: ['--json'] }).finished).toMatchObject({
      exit: 2,
      events: [{ event: 'error', code }],
    });
  });

  it('that names another key than the server shows stops before a password is asked for', async () => {
    const { exit, stderr } = await register(await server.invite({ username: 'kim', pin: OTHER_PIN }), {
      terminal: true,
    }).finished;
    expect(exit).toBe(5);
    expect(stderr).toMatch(/has another key than the\s+invitation\s+says/);
    expect(stderr).not.toContain('Password');
  });

  it('that names another key than the remembered one stops before the server is called', async () => {
    const { username } = await server.addAccount('known');
    await home.run(server.address, ['login'], [username, 'sesame']);
    const text = await server.invite({ username: 'lea', pin: OTHER_PIN });
    expect(await register(text, { argv: WITH_PASSWORD }).finished).toMatchObject({
      exit: 5,
      events: [{ code: 'pin_conflict' }],
      stderr: expect.stringContaining(
        `${server.pin} (known here) ${OTHER_PIN} (in the invitation) Either the server has a new key`,
      ),
    });
  });

  it('is followed to the address of --server, and still expects its own pin', async () => {
    const text = await server.invite({ username: 'mona', host: '192.0.2.1' });
    const argv = [...WITH_PASSWORD, '--server', server.address];
    const registering = register(text, { argv });
    await registering.event('enrolment');
    registering.end();
    await registering.finished;
    const reading = readInvitation(text);
    if (!reading.ok) throw new Error(reading.problem);
    const forged = formatInvitation({ ...reading.invitation, pin: OTHER_PIN });
    await home.run(server.address, ['servers', 'forget', server.address]);
    expect(await register(forged, { argv }).finished).toMatchObject({
      exit: 5,
      events: [{ code: 'pin_changed' }],
    });
  });
});

describe('a server that registers by invitation', () => {
  const without = () =>
    ['register', 'grace', '--pin', server.pin, '--password-file', home.path('password')] as const;

  it('makes the program ask a person for one, before a password and instead of the pin', async () => {
    const typing = home.start(server.address, ['register', 'grace'], { terminal: true });
    await typing.shows('Invitation');
    expect(typing.stderr()).not.toContain('Password');
    typing.type(await server.invite({ username: 'grace' }));
    await typing.shows('Password');
    typing.type(PASSWORD, PASSWORD);
    await typing.shows('First code');
    expect(typing.stderr()).not.toContain('same pin');
    typing.interrupt();
    expect(await typing.finished).toMatchObject({ exit: 130 });
  });

  it('makes the program check the pin in that invitation before a password is asked for', async () => {
    const typing = home.start(server.address, ['register', 'grace'], { terminal: true });
    await typing.shows('Invitation');
    typing.type(await server.invite({ username: 'grace', pin: OTHER_PIN }));
    const { exit, stderr } = await typing.finished;
    expect(exit).toBe(5);
    expect(stderr).not.toContain('Password');
  });

  it('does not get an invitation to another server', async () => {
    const typing = home.start(server.address, without(), { terminal: true });
    await typing.shows('Invitation');
    typing.type(await server.invite({ host: 'other.example', username: 'grace' }));
    expect(await typing.finished).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/for\s+another\s+server/),
    });
  });

  it.each([
    ['a person presses Enter instead', { terminal: true }],
    ['no person can be asked', {}],
  ])('refuses where %s', async (_when, options) => {
    const leaving = home.start(server.address, without(), options);
    if ('terminal' in options) {
      await leaving.shows('Invitation');
      leaving.type('');
    }
    const { exit, stderr } = await leaving.finished;
    expect(exit).toBe(3);
    expect(stderr.includes('Invitation')).toBe('terminal' in options);
  });
});

it('a server that is closed is noticed before anything is asked', async () => {
  const closed = await startTestServer({ registration: 'closed' });
  const piped = home.start(closed.address, ['register', 'grace', '--json']);
  expect(await piped.finished).toMatchObject({
    exit: 3,
    events: [{ event: 'error', code: 'registration_closed' }],
  });
  const { exit, stderr } = await home.start(closed.address, ['register', 'grace'], { terminal: true })
    .finished;
  expect(exit).toBe(3);
  expect(stderr).not.toMatch(/Password|same pin/);
  await closed.close();
});
