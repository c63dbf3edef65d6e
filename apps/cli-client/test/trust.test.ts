/** Why a server is trusted, and what happens with one that is not. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { generateIdentity } from '@countersign/tls-channel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
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

function login(...options: string[]) {
  const lines = ['alice', OLD_PASSWORD, server.codeOf(old.secret)];
  return home.run(server.address, ['login', '--json', ...options], lines);
}

describe('the pin of a server', () => {
  it('is remembered once the password has proven the server, listed, and forgotten', async () => {
    const none = await home.run(server.address, ['servers', 'list']);
    expect(none).toMatchObject({ exit: 0, stdout: '', stderr: 'No server is remembered yet.\n' });
    expect(await login()).toMatchObject({ exit: 0 });
    const list = await home.run(server.address, ['servers', 'list']);
    expect(list.stdout).toMatch(
      /^127\.0\.0\.1:\d+, last used 20\d\d-\d\d-\d\d \d\d:\d\d UTC\n {2}sha256:\S{43}\n$/,
    );
    const narrow = home.start(server.address, ['servers', 'list'], { terminal: true, columns: 40 });
    expect(await narrow.finished).toMatchObject({ exit: 0, stdout: expect.stringContaining(server.pin) });
    const json = await home.run(server.address, ['servers', 'list', '--json']);
    const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(json.events).toEqual([
      { event: 'server', server: server.address, pin: server.pin, since: time, lastUsed: time },
    ]);

    const forget = () => home.run(server.address, ['servers', 'forget', server.address, '--json']);
    expect(await forget()).toMatchObject({
      exit: 0,
      events: [{ event: 'forgotten', server: server.address }],
    });
    expect(await forget()).toMatchObject({ exit: 2, events: [{ event: 'error', code: 'not_remembered' }] });
  });

  it('is not remembered after a wrong password', async () => {
    await home.run(server.address, ['login'], ['alice', 'not it']);
    expect(await home.run(server.address, ['servers', 'list'])).toMatchObject({ stdout: '' });
  });

  it('that has changed stops everything before the password is used', async () => {
    const first = await startTestServer();
    const { address } = first;
    const register = (lines: string[]) => home.run(address, ['register', '--json'], lines);
    const { username } = await first.addAccount('bobby');
    expect(await home.run(address, ['login'], [username, OLD_PASSWORD])).toMatchObject({ exit: 2 });
    await first.close();

    const second = await startTestServer({ port: Number(address.split(':')[1]) });
    try {
      const changed = await home.run(address, ['login', '--json'], [username, OLD_PASSWORD]);
      expect(changed).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'pin_changed' }] });
      expect(changed.stderr).toContain(
        `has another key than the one remembered: ${first.pin} (remembered) ${second.pin} (shown now)`,
      );
      expect(changed.stderr).toContain('which countersign-server cert show prints.');
      expect(changed.stderr).toContain(`countersign servers forget ${address}`);
      expect(await register(['carol', 'a new password', 'a new password'])).toMatchObject({
        exit: 5,
        events: [{ code: 'pin_changed' }],
      });
    } finally {
      await second.close();
    }
  });

  it('given by --pin is the only one accepted', async () => {
    expect(await login('--pin', server.pin)).toMatchObject({ exit: 0 });
    server.advance(30);
    const given = `sha256:${'A'.repeat(43)}`;
    const wrong = await login('--pin', given);
    expect(wrong).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'pin_changed' }] });
    expect(wrong.stderr).toContain(
      `has another key than --pin says: ${given} (given) ${server.pin} (shown now)`,
    );
  });

  it('that cannot be saved causes a warning and does not end the login', async () => {
    writeFileSync(home.path('servers'), 'a file where a folder should be');
    const { exit, events, stderr } = await login('--pin', server.pin);
    expect(stderr).toMatch(
      /^Warning: The pin of 127\.0\.0\.1:\d+ could not be saved in \S+: part of the path is not a directory\.$/m,
    );
    expect({ exit, events }).toMatchObject({ exit: 0, events: [{ event: 'authenticated' }] });
  });

  withCounterpart('linux', 'on Linux', () => {
    it('nor does it below /proc, where no folder can be created', async () => {
      const env = { COUNTERSIGN_CONFIG_DIR: '/proc/countersign' };
      const running = home.start(server.address, ['login'], { env });
      running.type('alice', OLD_PASSWORD, server.codeOf(old.secret));
      expect(await running.finished).toMatchObject({
        exit: 0,
        stderr: expect.stringMatching(
          /in \/proc\/countersign\/servers: there is no such file or directory\.$/m,
        ),
      });
    });
  });

  it('that may be in an unreadable folder is not treated as unknown', async () => {
    writeFileSync(home.path('servers'), 'a file where a folder should be');
    const refused = await login();
    expect(refused).toMatchObject({
      exit: 5,
      events: [{ event: 'error', code: 'known_servers_unreadable' }],
    });
    expect(refused.stderr).toContain('cannot be read: part of the path is not a directory.');
    expect(refused.stderr).toContain('or name another folder in COUNTERSIGN_CONFIG_DIR.');
  });

  it('in a damaged file is never treated as unknown', async () => {
    expect(await login()).toMatchObject({ exit: 0 });
    const [file = ''] = readdirSync(home.path('servers'));
    writeFileSync(home.path(`servers/${file}`), '{"server":');
    const damaged = await login();
    expect(damaged).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'known_servers_damaged' }] });
    expect(damaged.stderr).toContain(`countersign servers forget ${server.address}`);
    await home.run(server.address, ['servers', 'forget', server.address]);
    server.advance(30);
    expect(await login()).toMatchObject({ exit: 0 });
  });
});

describe('an authority given by --ca', () => {
  it('verifies the certificate', async () => {
    expect(await login('--ca', home.write('ca.pem', server.cert))).toMatchObject({ exit: 0 });
    const { cert } = await generateIdentity({ hosts: ['127.0.0.1'] });
    const other = await login('--ca', home.write('other.pem', cert));
    expect(other).toMatchObject({ exit: 5, events: [{ event: 'error', code: 'untrusted_certificate' }] });
  });

  it.each([
    ['is not there', undefined],
    ['is not a certificate', 'what'],
  ])('that %s is a wrong command line', async (_what, text) => {
    const file = text === undefined ? home.path('none') : home.write('ca.pem', text);
    expect(await login('--ca', file)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(text === undefined ? 'there is no such file' : 'certificate in PEM'),
      events: [{ event: 'error', code: 'bad_ca' }],
    });
  });
});

describe('what answers', () => {
  async function against(answer: (server: Server) => void): Promise<Awaited<ReturnType<typeof login>>> {
    const other = createServer();
    answer(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    if (address === null || typeof address === 'string') throw new TypeError('no port');
    try {
      return await home.run(`127.0.0.1:${address.port}`, ['login', '--json'], ['alice', OLD_PASSWORD]);
    } finally {
      other.close();
    }
  }

  it('in another protocol is reported as such', async () => {
    const spoken = await against((other) =>
      other.on('connection', (socket) => socket.on('error', () => {}).end('220 mail.example ESMTP\r\n')),
    );
    expect(spoken).toMatchObject({ exit: 6, events: [{ event: 'error', code: 'not_countersign' }] });
    expect(spoken.stderr).toContain('does not speak TLS 1.3 with countersign/1. Check the address and port');
    expect(spoken.stderr).not.toContain('mail.example');
  });

  it('by closing the connection is reported as a network failure', async () => {
    const hung = await against((other) => other.on('connection', (socket) => socket.destroy()));
    expect(hung).toMatchObject({ exit: 6, events: [{ event: 'error', code: 'unreachable' }] });
  });

  it('nowhere is reported with the address', async () => {
    const nobody = await home.run('127.0.0.1:1', ['login', '--json'], ['alice', OLD_PASSWORD]);
    expect(nobody).toMatchObject({ exit: 6, events: [{ event: 'error', code: 'unreachable' }] });
    expect(nobody.stderr).toContain('Nothing listens at 127.0.0.1:1. Check the address (--server HOST:PORT)');
    const six = await home.run('::1', ['login', '--server', '[::1]:1'], ['alice', OLD_PASSWORD]);
    expect(six.stderr).toMatch(/^Error: (Nothing listens at|No connection to) \[::1\]:1\./);
  });
});
