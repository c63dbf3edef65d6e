/** The server and the name of the last login, which are offered on a terminal. */
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Home } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount, startTestServer, type TestServer } from './test-server.ts';

let server: TestServer;
let old: OldAccount;
let home: Home;

beforeAll(async () => {
  server = await startTestServer();
  old = await server.addAccount('alice');
});
afterAll(() => server.close());
beforeEach(() => {
  home = new Home();
  server.advance(30);
});
afterEach(() => home.remove());

/** Logs in on a terminal, or gives up after a wrong password. */
async function login(argv: readonly string[], name: string, password = OLD_PASSWORD) {
  const running = home.start('', argv, { terminal: true });
  await running.shows('User name');
  running.type(name);
  await running.shows('Password');
  running.type(password);
  if (password !== OLD_PASSWORD) {
    await running.shows('Wrong password');
    running.interrupt();
    return running.finished;
  }
  await running.shows('Code from');
  running.type(server.codeOf(old.secret));
  return running.finished;
}

const there = () => ['--server', server.address];
const file = () => home.path('last-login.json');

describe('the last login', () => {
  it('is the default of the next one on a terminal, where Enter alone is the name', async () => {
    expect(await login(['login', ...there()], 'alice')).toMatchObject({ exit: 0 });
    server.advance(30);
    const again = await login(['login'], '');
    expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining('Login successful: alice') });
    expect(again.stderr).toContain(`Server: ${server.address}`);
    expect(again.stderr).toContain('User name [alice]');
  });

  it('is not remembered after a wrong password, and not without a terminal', async () => {
    expect(await login(['login', ...there()], 'alice', 'not it')).toMatchObject({ exit: 130 });
    const lines = ['alice', OLD_PASSWORD, server.codeOf(old.secret)];
    expect(await home.run('', ['login', ...there()], lines)).toMatchObject({ exit: 0 });
    expect(existsSync(file())).toBe(false);
  });

  it('never changes what a script does, nor a server that is named', async () => {
    writeFileSync(file(), JSON.stringify({ server: 'other.invalid:1', username: 'mallory' }));
    const lines = ['alice', OLD_PASSWORD, server.codeOf(old.secret)];
    expect(await home.run(server.address, ['login'], lines)).toMatchObject({ exit: 0 });
    const named = home.start(server.address, ['login'], { terminal: true });
    await named.shows('User name');
    expect(named.stderr()).not.toMatch(/mallory|other\.invalid/);
    named.interrupt();
    expect(await named.finished).toMatchObject({ exit: 130 });
  });

  it('is forgotten with its server, and a damaged file counts as none', async () => {
    await login(['login', ...there()], 'alice');
    const forget = home.start('', ['servers', 'forget', server.address], { terminal: true });
    expect(await forget.finished).toMatchObject({ exit: 0 });
    expect(existsSync(file())).toBe(false);
    writeFileSync(file(), '{"server":');
    const running = home.start('', ['servers', 'list'], { terminal: true });
    expect(await running.finished).toMatchObject({ exit: 0 });
  });
});
