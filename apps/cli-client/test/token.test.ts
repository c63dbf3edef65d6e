/** `countersign token` with a server in this process, and what it keeps. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ISSUER, OLD_PASSWORD, type OldAccount } from './test-server.ts';
import { useServer } from './use-server.ts';

const GIT = 'https://git.example.org';
const WIKI = 'https://wiki.example.org';
const NEEDS_ROLE = 'https://admin.example.org';

const world = useServer();
const root = mkdtempSync(join(tmpdir(), 'token-'));
beforeAll(async () => {
  for (const [name, audience, roles] of [
    ['git', GIT, []],
    ['wiki', WIKI, []],
    ['admin', NEEDS_ROLE, ['admin']],
  ] as const)
    await world.server.tokens.addService({ name, audience, roles: [...roles], minutes: 5 });
});
afterEach(() => void vi.restoreAllMocks());
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An account, a folder until the logout of the computer, and the program on a terminal or in a pipe. */
async function begin() {
  const account = await world.addAccount();
  const runtime = mkdtempSync(join(root, 'x'));
  const env = { XDG_RUNTIME_DIR: runtime, TMPDIR: runtime, NO_COLOR: '1' };
  const { address } = world.server;
  const start = (argv: readonly string[], terminal: boolean, more = {}) =>
    world.home.start(address, argv, { terminal, columns: 60, env: { ...env, ...more } });
  return {
    account,
    runtime,
    start,
    dir: join(runtime, 'countersign'),
    /** With answers that are typed at the questions. */
    async onTerminal(argv: readonly string[], { username, secret }: OldAccount = account, more = {}) {
      world.server.advance(30);
      const running = start(argv, true, more);
      for (const [question, answer] of [
        ['User name', username],
        ['Password', OLD_PASSWORD],
        ['Code from your', world.server.codeOf(secret)],
      ] as const) {
        await running.shows(new RegExp(question));
        running.type(answer);
      }
      return running.finished;
    },
    /** Without a terminal. */
    inPipe(argv: readonly string[], input: readonly string[] = [], more = {}) {
      const running = start(argv, false, more);
      running.type(...input);
      running.end();
      return running.finished;
    },
  };
}

describe('countersign token', () => {
  it('prints a token and nothing else, and the same one until it ends soon', async () => {
    const { account, dir, onTerminal, inPipe } = await begin();
    const first = await onTerminal(['token', GIT]);
    expect(first).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
    const { jwks } = await world.server.services.tokens.publishedKeys();
    const { payload } = await jwtVerify(first.stdout.trim(), createLocalJWKSet(jwks), {
      issuer: ISSUER,
      audience: GIT,
      currentDate: new Date(world.server.now() * 1000),
    });
    expect(payload).toMatchObject({ preferred_username: account.username, roles: [] });
    const again = await inPipe(['token', GIT]);
    expect(again).toEqual({ exit: 0, stdout: first.stdout, stderr: '', events: [] });
    const named = await inPipe(['token', GIT, '--user', account.username.toUpperCase()]);
    expect(named).toEqual(again);
    expect(readdirSync(dir)).toHaveLength(1);
  });

  it('prints one object with --json', async () => {
    const { account, onTerminal, inPipe } = await begin();
    const { events } = await onTerminal(['token', GIT, '--json']);
    expect(events.map(({ event }) => event)).toEqual(['authenticated', 'token']);
    const kept = await inPipe(['token', GIT, '--json']);
    expect(kept.events).toEqual([{ ...events[1], new: false }]);
    expect(kept.events[0]).toMatchObject({
      username: account.username,
      audience: GIT,
      token: expect.stringContaining('.'),
      expiresAt: expect.stringMatching(/Z$/),
    });
  });

  it('is valid for the requested minutes, up to those of the service', async () => {
    const { onTerminal } = await begin();
    for (const [minutes, seconds] of [
      ['2', 120],
      ['60', 300],
    ] as const) {
      const { events } = await onTerminal(['token', GIT, '--json', '--fresh', '--minutes', minutes]);
      const left = Date.parse(String(events.at(-1)?.expiresAt)) / 1000 - world.server.now();
      expect(left).toBeGreaterThan(seconds - 60);
      expect(left).toBeLessThanOrEqual(seconds);
    }
  });

  it('gets a new one with --fresh, and neither uses nor keeps one with --no-cache', async () => {
    const { dir, onTerminal, inPipe } = await begin();
    const once = await onTerminal(['token', GIT, '--no-cache']);
    expect(() => readdirSync(dir)).toThrow('ENOENT');
    const kept = await onTerminal(['token', GIT]);
    const fresh = await onTerminal(['token', GIT, '--fresh']);
    const unkept = await onTerminal(['token', GIT, '--no-cache']);
    expect(new Set([once, kept, fresh, unkept].map(({ stdout }) => stdout)).size).toBe(4);
    expect((await inPipe(['token', GIT])).stdout).toBe(fresh.stdout);
    expect(await inPipe(['token', GIT, '--no-cache'])).toMatchObject({ exit: 3 });
  });

  it('reads nothing from standard input, and names the command to run on a terminal', async () => {
    const { account, inPipe } = await begin();
    const lines = [account.username, OLD_PASSWORD, world.server.codeOf(account.secret)];
    expect(await inPipe(['token', GIT], lines)).toEqual({
      exit: 3,
      stdout: '',
      stderr: `Error: No token for ${GIT} is kept, and there is no terminal to ask on. Run first: countersign token ${GIT}\n`,
      events: [],
    });
  });

  it('logs in without a terminal if options answer every question', async () => {
    const { account, inPipe } = await begin();
    world.server.advance(30);
    const file = world.home.write('password', OLD_PASSWORD);
    const code = world.server.codeOf(account.secret);
    const argv = ['token', GIT, '--user', account.username, '--password-file', file, '--code', code];
    const { exit, stdout, stderr } = await inPipe(argv);
    expect({ exit, stdout, stderr }).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\S+\n$/) });
  });

  it('refuses a service that is not listed, and an account without its role', async () => {
    const { dir, onTerminal } = await begin();
    const unknown = await onTerminal(['token', `${GIT}/`]);
    expect(unknown).toMatchObject({
      exit: 3,
      stdout: '',
      stderr: expect.stringContaining('no tokens for this'),
    });
    const lacking = await onTerminal(['token', NEEDS_ROLE]);
    expect(lacking).toMatchObject({ exit: 3, stdout: '', stderr: expect.stringContaining('no role') });
    expect(() => readdirSync(dir)).toThrow('ENOENT');
  });

  it.each([
    [['token'], /./],
    [['token', 'a b'], /An audience has 1 to 512 ASCII characters/],
    [['token', GIT, 'get'], /--format git takes one word/],
    [['token', GIT, '--format', 'git'], /--format git takes one word/],
    [['token', GIT, '--format', 'yaml'], /plain, kubectl, git/],
    [['token', GIT, '--format', 'kubectl', '--json'], /Leave out one of them/],
    [['token', GIT, '--minutes', '61'], /a whole number from 1 to 60/],
  ])('%j is wrong use', async (argv, message) => {
    const { exit, stdout, stderr } = await (await begin()).inPipe(argv);
    expect({ exit, stdout, stderr }).toEqual({
      exit: 2,
      stdout: argv.includes('--json') ? expect.stringContaining('"error"') : '',
      stderr: expect.stringMatching(message),
    });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
  });

  it('keeps nothing after Ctrl-C', async () => {
    const { dir, start } = await begin();
    const running = start(['token', GIT], true);
    await running.shows(/User name/);
    running.interrupt();
    expect(await running.finished).toMatchObject({ exit: 130, stdout: '' });
    expect(() => readdirSync(dir)).toThrow('ENOENT');
  });
});

describe('the tokens that are kept', () => {
  it('are removed by logout, by a new password, and by no other account', async () => {
    const { account, dir, onTerminal, inPipe } = await begin();
    const other = await world.addAccount();
    await onTerminal(['token', GIT]);
    await onTerminal(['token', WIKI], other);
    const { username, recoveryCodes: codes } = account;
    const changing = [username, OLD_PASSWORD, codes[0]!, 'another password', 'another password', codes[1]!];
    expect(await inPipe(['password'], changing)).toMatchObject({ exit: 0 });
    expect(await inPipe(['token', GIT])).toMatchObject({ exit: 3 });
    expect(await inPipe(['token', WIKI])).toMatchObject({ exit: 0 });
    expect(await inPipe(['logout'])).toMatchObject({
      exit: 0,
      stdout: `Logged out of ${world.server.address}: 1 token removed\n`,
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each([
    ['other users can read', 'other users have permissions for it', (dir: string) => chmodSync(dir, 0o755)],
    [
      'another user can',
      'it belongs to another user',
      () => vi.spyOn(process, 'geteuid').mockReturnValue((process.geteuid?.() ?? 0) + 1),
    ],
  ])('cannot be kept where %s: one warning, and the token is printed', async (_, why, spoil) => {
    const { dir, onTerminal } = await begin();
    mkdirSync(dir, { mode: 0o700 });
    spoil(dir);
    const { exit, stdout, stderr } = await onTerminal(['token', GIT]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringMatching(/^\S+\n$/) });
    expect(stderr.match(/Warning: Tokens cannot be/g)).toHaveLength(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(why);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('cannot be kept in a missing folder, and no warning is printed where the system has none', async () => {
    const { runtime, onTerminal, inPipe } = await begin();
    const gone = { XDG_RUNTIME_DIR: join(runtime, 'gone'), TMPDIR: join(runtime, 'gone') };
    const missing = await onTerminal(['token', GIT], undefined, gone);
    expect(missing).toMatchObject({ exit: 0, stderr: expect.stringMatching(/Warning: Tokens\s+cannot/) });
    const none = { XDG_RUNTIME_DIR: '', TMPDIR: '' };
    const silent = await onTerminal(['token', GIT], undefined, none);
    expect(silent).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('Warning: Tokens') });
    expect(await inPipe(['token', GIT], [], none)).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('XDG_RUNTIME_DIR'),
    });
  });

  it('count as none if the file is damaged', async () => {
    const { dir, onTerminal, inPipe } = await begin();
    await onTerminal(['token', GIT]);
    const [name = ''] = readdirSync(dir);
    const text = readFileSync(join(dir, name), 'utf8');
    writeFileSync(join(dir, name), text.slice(0, 100));
    expect(await inPipe(['token', GIT])).toMatchObject({ exit: 3, stdout: '' });
    const { stdout } = await onTerminal(['token', GIT]);
    expect((await inPipe(['token', GIT])).stdout).toBe(stdout);
  });
});

describe('--format kubectl', () => {
  const info = (apiVersion: string, interactive = false) => ({
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive } }),
  });
  const argv = ['token', GIT, '--format', 'kubectl'];

  it.each(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1', undefined])(
    'prints a credential of the version %s',
    async (version) => {
      const { onTerminal, inPipe } = await begin();
      const { stdout } = await onTerminal(['token', GIT]);
      const credential = await inPipe(argv, [], version ? info(version) : {});
      expect(credential).toMatchObject({ exit: 0, stderr: '' });
      expect(JSON.parse(credential.stdout)).toEqual({
        kind: 'ExecCredential',
        apiVersion: version ?? 'client.authentication.k8s.io/v1',
        spec: {},
        status: { token: stdout.trim(), expirationTimestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
      });
    },
  );

  it('asks nothing if kubectl says that no user can answer', async () => {
    const { account, start, onTerminal } = await begin();
    const env = info('client.authentication.k8s.io/v1');
    const running = start(argv, true, env);
    expect(await running.finished).toMatchObject({ exit: 3, stderr: expect.stringContaining('Run first:') });
    const asked = await onTerminal(argv, account, info('client.authentication.k8s.io/v1', true));
    expect(asked).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\{.*\}\n$/) });
  });

  it.each(['{', '[]', 'null', '{"apiVersion":"client.authentication.k8s.io/v9"}'])(
    'refuses %j as KUBERNETES_EXEC_INFO',
    async (text) => {
      const { inPipe } = await begin();
      expect(await inPipe(argv, [], { KUBERNETES_EXEC_INFO: text })).toMatchObject({
        exit: 2,
        stdout: '',
        stderr: expect.stringContaining('KUBERNETES_EXEC_INFO'),
      });
    },
  );
});

describe('--format git', () => {
  const ask = ['protocol=https', 'host=git.example.org', 'path=team.git', ''];
  const helper = (operation: string) => ['token', GIT, '--format', 'git', operation];

  it('answers get for the server of the audience, and no other request', async () => {
    const { account, onTerminal, inPipe } = await begin();
    const { stdout } = await onTerminal(['token', GIT]);
    const got = await inPipe(helper('get'), ask);
    expect(got).toMatchObject({ exit: 0, stderr: '' });
    const [username, password, expiry, ...more] = got.stdout.trim().split('\n');
    expect([username, password]).toEqual([`username=${account.username}`, `password=${stdout.trim()}`]);
    expect(expiry).toMatch(/^password_expiry_utc=\d{10}$/);
    expect(more).toEqual([]);
    const named = await inPipe(helper('get'), [...ask.slice(0, 3), 'username=git', '']);
    expect(named.stdout).toBe(`${password}\n${expiry}\n`);
    for (const lines of [
      ['protocol=http', 'host=git.example.org'],
      ['protocol=https', 'host=git.example.org:8443'],
      ['protocol=https', 'host=git.example.org.evil.example'],
      ['protocol=https'],
      [],
    ])
      expect(await inPipe(helper('get'), [...lines, ''])).toMatchObject({ exit: 0, stdout: '', stderr: '' });
    for (const operation of ['store', 'capability'])
      expect(await inPipe(helper(operation), ask)).toMatchObject({ exit: 0, stdout: '', stderr: '' });
  });

  it('erases a token that the service has refused, and no newer one', async () => {
    const { onTerminal, inPipe } = await begin();
    const { stdout: old } = await onTerminal(['token', GIT]);
    const { stdout: newer } = await onTerminal(['token', GIT, '--fresh']);
    const erase = (token: string) =>
      inPipe(helper('erase'), [...ask.slice(0, 3), `password=${token.trim()}`, '']);
    expect(await erase(old)).toMatchObject({ exit: 0, stdout: '' });
    expect((await inPipe(['token', GIT])).stdout).toBe(newer);
    expect(await erase(newer)).toMatchObject({ exit: 0, stdout: '' });
    expect(await inPipe(['token', GIT])).toMatchObject({ exit: 3 });
  });

  it('tells git not to ask for a password when there is no token', async () => {
    const { inPipe } = await begin();
    expect(await inPipe(helper('get'), ask)).toMatchObject({
      exit: 3,
      stdout: 'quit=1\n',
      stderr: expect.stringContaining(`Run first: countersign token ${GIT}\n`),
    });
  });

  it('answers nothing to a request in which a line break of a URL names the host a second time', async () => {
    const { onTerminal, inPipe } = await begin();
    await onTerminal(['token', GIT]);
    const smuggled = ['protocol=https', 'host=evil.example', 'host=git.example.org', ''];
    expect(await inPipe(helper('get'), smuggled)).toMatchObject({ exit: 2, stdout: '' });
    const lists = [...ask.slice(0, 3), 'capability[]=authtype', 'capability[]=state', ''];
    expect(await inPipe(helper('get'), lists)).toMatchObject({ exit: 0, stderr: '' });
  });

  it('refuses lines that are not from git', async () => {
    const { inPipe } = await begin();
    expect(await inPipe(helper('get'), ['hello'])).toMatchObject({ exit: 2, stdout: '' });
  });
});
