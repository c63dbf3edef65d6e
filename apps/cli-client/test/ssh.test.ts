/** `countersign ssh`, `ssh status` and `logout`, with a real ssh-agent and a server in this process. */
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCertificate, parsePublicKey } from '@countersign/ssh-core';
import { describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { certificatesIn, useSsh } from './ssh-world.ts';
import { OLD_PASSWORD } from './test-server.ts';

const world = useSsh();
/** An Ed25519 key whose private key is unknown. */
const LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKC+LR5TpKlykoRHAf7RM8HUeCDOc7hgcHoH/C2f1xMD';

/** Locks an agent with the passphrase x (RFC 9987 §5.6). */
const LOCK = Uint8Array.of(0, 0, 0, 6, 22, 0, 0, 0, 1, 120);

/** An agent, a folder of files and an account with roles. */
async function begin(roles = ['web', 'db']) {
  const agent = await world.startAgent();
  const config = world.config();
  const account = await world.addAccount({ roles });
  const env = { SSH_AUTH_SOCK: agent.socketPath, COUNTERSIGN_CONFIG_DIR: config };
  const file = join(config, 'ssh', `${world.server.address.replace(':', '_')}-cert.pub`);
  const run = (argv: readonly string[], lines: readonly string[] = [], more = {}) =>
    world.run(argv, lines, { ...env, ...more });
  return { agent, config, account, env, file, run };
}

withCounterpart('ssh-keygen', 'countersign ssh', () => {
  it('puts a certificate into the agent, for as long as it is valid, and into a file', async () => {
    const { agent, account, file, run } = await begin();
    const { exit, stdout, stderr } = await run(['ssh'], world.linesOf(account));
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.stringContaining('  Host HOST\n') });
    expect(stdout).toBe(
      `SSH certificate for ${account.username} is valid for ${stdout.split(' is valid for ')[1]?.split(',')[0]}, roles: db, web\n`,
    );
    expect(stderr).toContain(`    IdentityFile ${file}\n    IdentitiesOnly yes\n`);
    const [held, ...others] = await certificatesIn(agent);
    expect(others).toEqual([]);
    expect(held).toMatchObject({
      keyId: expect.stringMatching(`^${account.username}#`),
      principals: ['db', 'web'],
    });
    expect(parseCertificate(readFileSync(file, 'utf8'))).toEqual(held);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700);
    expect(agent.sshAdd('-l')).toContain(
      `${account.username}@${world.server.address} (countersign) (ED25519-CERT)`,
    );
  });

  it('leaves one entry after ten logins, and shows the settings once', async () => {
    const { agent, account, run } = await begin();
    const serials = new Set<unknown>();
    let shown = 0;
    for (let count = 0; count < 10; count += 1) {
      const { exit, stderr, events } = await run(['ssh', '--json'], world.linesOf(account));
      expect({ exit, stderr }).toMatchObject({ exit: 0 });
      serials.add(events.at(-1)?.serial);
      shown += stderr.includes('IdentityFile') ? 1 : 0;
    }
    expect({ serials: serials.size, shown }).toEqual({ serials: 10, shown: 1 });
    expect(await certificatesIn(agent)).toHaveLength(1);
  });

  it('does not touch other keys of the agent, nor those of another account', async () => {
    const { agent, account, run } = await begin();
    const other = await world.addAccount({ roles: ['web'] });
    await run(['ssh'], world.linesOf(other));
    await run(['ssh'], world.linesOf(account));
    const held = await certificatesIn(agent);
    expect(held.map(({ keyId }) => keyId.split('#')[0]).sort()).toEqual(
      [account.username, other.username].sort(),
    );
  });

  it('asks for the roles and the time that it was told', async () => {
    const { account, run } = await begin();
    const argv = ['ssh', '--json', '--role', 'web', '--hours', '1', '--user', account.username];
    const { events } = await run(argv, world.linesOf(account).slice(1));
    const issued = events.at(-1);
    expect(issued).toEqual({
      event: 'ssh_certificate',
      username: account.username,
      serial: expect.stringMatching(/^\d+$/),
      roles: ['web'],
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
      file: expect.stringMatching(/-cert\.pub$/),
      new: true,
    });
    const left = Date.parse(String(issued?.expiresAt)) / 1000 - world.server.now();
    expect(left).toBeGreaterThan(3500);
    expect(left).toBeLessThanOrEqual(3600);
  });

  it('certifies a key file, and writes the certificate beside it', async () => {
    const { agent, account, run } = await begin();
    const { line, path } = keyFile('own');
    const { exit, stdout } = await run(['ssh', '--key', path], world.linesOf(account), { SSH_AUTH_SOCK: '' });
    expect({ exit, stdout }).toMatchObject({ exit: 0, stdout: expect.stringContaining(account.username) });
    const certificate = parseCertificate(readFileSync(world.home.path('own-cert.pub'), 'utf8'));
    expect(line).toContain(Buffer.from(certificate.key.blob).toString('base64'));
    expect(await certificatesIn(agent)).toEqual([]);
  });

  it('says in an SSH session where the key goes', async () => {
    const { account, run } = await begin();
    const { stderr } = await run(['ssh'], world.linesOf(account), {
      SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22',
    });
    expect(stderr).toContain('This is an SSH session: the key goes into the agent');
  });
});

withCounterpart('ssh-keygen', 'the command after --', () => {
  it('gets the exit code of the run, and ssh its -i', async () => {
    const { account, config, file, run } = await begin();
    const fake = join(config, 'ssh-fake');
    writeFileSync(fake, `#!/bin/sh\nprintf '%s\\n' "$@" > '${fake}.args'\nexit 7\n`, { mode: 0o755 });
    const ssh = join(config, 'sftp');
    writeFileSync(ssh, readFileSync(fake), { mode: 0o755 });
    const first = await run(['ssh', '--', ssh, '-v', 'web1', '--json'], world.linesOf(account));
    expect(first).toMatchObject({ exit: 7, stdout: '' });
    expect(readFileSync(`${fake}.args`, 'utf8')).toBe(`-i\n${file}\n-v\nweb1\n--json\n`);
    const second = await run(['ssh', '--if-needed', '--', fake, '--role', 'x']);
    expect(second).toEqual({ exit: 7, stdout: '', stderr: '', events: [] });
    expect(readFileSync(`${fake}.args`, 'utf8')).toBe('--role\nx\n');
  });

  it('ends the run with 128 and its signal', async () => {
    const { account, run } = await begin();
    await run(['ssh'], world.linesOf(account));
    const killed = await run(['ssh', '--if-needed', '--', 'sh', '-c', 'kill -TERM $$']);
    expect(killed).toMatchObject({ exit: 143, stdout: '' });
  });

  it('that does not exist is an error', async () => {
    const { account, run } = await begin();
    await run(['ssh'], world.linesOf(account));
    expect(await run(['ssh', '--if-needed', '--', '/nowhere/x'])).toMatchObject({
      exit: 2,
      stderr: 'Error: The command /nowhere/x cannot be run: there is no such file or directory.\n',
    });
  });
});

withCounterpart('ssh-keygen', '--if-needed', () => {
  it('does not log in while a certificate is valid that long, and restores its file', async () => {
    const { account, file, run } = await begin();
    await run(['ssh', '--hours', '1'], world.linesOf(account));
    const kept = await run(['ssh', '--if-needed', '--json']);
    expect(kept).toMatchObject({ exit: 0, stderr: '' });
    expect(kept.events).toMatchObject([{ event: 'ssh_certificate', new: false, file }]);
    for (const argv of [
      ['--if-needed', '1000'],
      ['--if-needed', '--user', 'somebody'],
      ['--if-needed', '--role', 'other'],
    ])
      expect(await run(['ssh', ...argv])).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('asked for'),
      });
  });

  it('reads nothing from standard input before a command, which owns it', async () => {
    const { account, run } = await begin();
    const refused = await run(['ssh', '--if-needed', '--', 'true'], world.linesOf(account));
    expect(refused).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/Run first: countersign ssh\n$/),
    });
  });
});

withCounterpart('ssh-keygen', 'ssh status and logout', () => {
  it('list what the agent holds, and remove it', async () => {
    const { agent, account, run } = await begin();
    expect(await run(['ssh', 'status'])).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/holds no valid certificate of .*Get one with: countersign ssh\n$/),
    });
    const { events } = await run(['ssh', '--json'], world.linesOf(account));
    const { serial } = events.at(-1)!;
    const status = await run(['ssh', 'status']);
    expect(status).toMatchObject({ exit: 0, stderr: '' });
    expect(status.stdout).toMatch(
      new RegExp(`^${account.username}: valid for .* hours.*, serial ${serial}, roles: db, web\\n$`),
    );
    expect((await run(['ssh', 'status', '--json'])).events).toMatchObject([
      { event: 'ssh_certificate', serial },
    ]);
    const out = await run(['logout', '--json']);
    expect(out).toMatchObject({ exit: 0, stderr: '' });
    expect(out.events).toEqual([
      { event: 'logged_out', server: world.server.address, certificates: 1, tokens: 0 },
    ]);
    expect(await certificatesIn(agent)).toEqual([]);
    expect(await run(['logout'])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('there was nothing to remove'),
    });
    expect(await run(['ssh', 'status'])).toMatchObject({ exit: 3 });
  });

  it.each([
    ['password', (codes: readonly string[]) => ['another password', 'another password', codes[1]!]],
    ['account remove', (codes: readonly string[], name: string) => [name, codes[1]!]],
  ])('%s removes what it revokes, and no certificate of another account', async (command, more) => {
    const { agent, account, run } = await begin();
    const other = await world.addAccount({ roles: ['web'] });
    await run(['ssh'], world.linesOf(other));
    await run(['ssh'], world.linesOf(account));
    const { username, recoveryCodes: codes } = account;
    const lines = [username, OLD_PASSWORD, codes[0]!, ...more(codes, username)];
    const { exit, stderr } = await run(command.split(' '), lines);
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: expect.stringMatching(
        /\n1 SSH certificate removed from the agent, .* For a new one: countersign ssh\n$/,
      ),
    });
    const held = await certificatesIn(agent);
    expect(held.map(({ keyId }) => keyId.split('#')[0])).toEqual([other.username]);
    expect(await run(['ssh', '--if-needed', '--user', username, '--', 'true'])).toMatchObject({ exit: 3 });
  });

  it('a new password is set although the agent is gone', async () => {
    const { agent, account, run } = await begin();
    await run(['ssh'], world.linesOf(account));
    agent.stop();
    const { username, recoveryCodes: codes } = account;
    const lines = [username, OLD_PASSWORD, codes[0]!, 'another password', 'another password', codes[1]!];
    expect(await run(['password'], lines)).toMatchObject({
      exit: 0,
      stdout: 'Password changed.\n',
      stderr: expect.stringMatching(/\nWarning: .* could not be removed\. The SSH agent at /),
    });
  });

  it('warns at logout when the agent is locked and may hold a certificate, and not when it is empty', async () => {
    const { agent, account, run } = await begin();
    await run(['ssh'], world.linesOf(account));
    await run(['logout']);
    expect(await run(['logout'])).toMatchObject({ exit: 0, stderr: '' });
    await agent.ask(LOCK);
    expect(await run(['logout'])).toMatchObject({ exit: 0, stderr: expect.stringContaining('ssh-add -X') });
  });
});

withCounterpart('ssh-keygen', 'refuses', () => {
  it.each([
    [['ssh', 'web1'], 'To connect, give the command after --, as in: countersign ssh -- ssh web1'],
    [['ssh', 'web1', '--', 'ssh', 'web1'], 'To connect, give the command after --'],
    [['ssh', 'status', '--', 'true'], '"ssh status" takes no command after --.'],
    [['ssh', '--role', 'Root'], 'A role has 1 to 32 characters'],
    [['ssh', '--hours', '0'], 'It must be a whole number from 1 to 8760.'],
    [['ssh', '--if-needed', 'x'], 'It must be a whole number from 0 to 525600.'],
    [['ssh', '--if-needed', '--key', 'x.pub'], 'Leave one out.'],
    [['login', '--', 'a', 'b'], 'Too many arguments'],
  ])('%j before anything is asked', async (argv, message) => {
    const { run } = await begin();
    const { exit, stderr } = await run(argv, ['never read']);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(message) });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
  });

  it('to log in without an agent that takes a certificate, and names what else can be done', async () => {
    const { agent, account, run } = await begin();
    const lines = [account.username, 'not the password', '000000'];
    const unset = await run(['ssh'], lines, { SSH_AUTH_SOCK: '' });
    const dead = await run(['ssh'], lines, { SSH_AUTH_SOCK: world.home.path('dead') });
    expect(await agent.ask(LOCK)).toEqual({ type: 'success' });
    const locked = await run(['ssh'], lines);
    for (const [ended, code] of [
      [unset, 'SSH_AUTH_SOCK is not set'],
      [dead, 'cannot be reached: there is no such file'],
      [locked, 'it may be locked'],
    ] as const) {
      expect(ended).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining(code) });
      expect(ended.stderr).toContain('ssh-agent countersign ssh -- ssh HOST');
      expect(ended.stderr).toContain('--key FILE.pub');
    }
    expect((await world.server.services.accounts.find(account.username))?.proofs ?? 0).toBe(0);
  });

  it('an account without a role, and a role that it does not have', async () => {
    const { account, run } = await begin(['web']);
    const none = await world.addAccount();
    const lacking = await run(['ssh', '--json'], world.linesOf(none));
    expect(lacking).toMatchObject({ exit: 3 });
    expect(lacking.events.at(-1)).toMatchObject({ event: 'error', code: 'role_missing' });
    const other = await run(['ssh', '--role', 'db', '--json'], world.linesOf(account));
    expect(other.events.at(-1)).toMatchObject({ event: 'error', code: 'role_missing' });
  });

  it('more certificates than the server issues, and says when it issues again', async () => {
    const { agent, account, run } = await begin();
    const { uid, username, generation } = (await world.server.services.accounts.find(account.username))!;
    const publicKey = parsePublicKey(LINE);
    for (let count = 0; count < 20; count += 1)
      await world.server.services.ssh.issue({ uid, username, generation }, { publicKey }, 'a test');
    const last = await run(['ssh', '--json'], world.linesOf(account));
    expect(last).toMatchObject({ exit: 4 });
    expect(last.events.at(-1)).toMatchObject({
      code: 'slow_down',
      message: expect.stringContaining('Try again in'),
    });
    expect(await certificatesIn(agent)).toEqual([]);
  });

  it('an unwritable file before the password, and leaves what is there', async () => {
    const { account, config, file, run } = await begin();
    writeFileSync(join(config, 'ssh'), 'a file');
    const blocked = await run(['ssh'], world.linesOf(account));
    expect(blocked).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining(`The file ${file} cannot be written`),
    });
    expect(readFileSync(join(config, 'ssh'), 'utf8')).toBe('a file');
  });
});

it('names the command to connect as the program was started', async () => {
  const env = { npm_lifecycle_event: 'client' };
  expect(await world.run(['ssh', 'web1'], [], env)).toMatchObject({
    exit: 2,
    stderr: expect.stringMatching(/as in: npm run client -- ssh -- ssh web1\n$/),
  });
});

withCounterpart('ssh-keygen', '--key', () => {
  it('refuses an RSA key of 2,048 bits, and names the command for a better one', async () => {
    const path = world.home.path('rsa');
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', path]);
    const { exit, stderr } = await world.run(['ssh', '--key', `${path}.pub`]);
    expect({ exit, stderr }).toEqual({
      exit: 3,
      stderr: expect.stringMatching(/3072.*: ssh-keygen -t ed25519\n$/),
    });
    // Its private half, by a user who forgets the ending.
    expect(await world.run(['ssh', '--key', path])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('this is a private key'),
    });
  });
});

describe('--key', () => {
  it.each([
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n',
      'private key; use the file that ends in .pub',
    ],
    ['a DSA key', 'ssh-dss AAAAB3NzaC1kc3M= old', 'ssh-keygen -t ed25519'],
    ['options', `no-pty ${LINE}`, 'begins with options'],
    ['a truncated key', LINE.slice(0, 40), 'cut off'],
    ['several keys', `${LINE}\n${LINE}\n`, 'one key was expected'],
    ['an oversized file', 'x'.repeat(70_000), 'not the line of text'],
    ['an oversized line', `ssh-ed25519 ${'A'.repeat(20_000)}`, 'at most 16384 characters'],
    ['bytes', '\u0000\ufffd', 'not a public key'],
    ['a certificate', `ssh-ed25519-cert-v01@openssh.com AAAA`, 'use the public key'],
  ])('refuses %s, and writes nothing', async (what, text, why) => {
    const name = what.replaceAll(' ', '-');
    const path = world.home.write(`${name}.pub`, text);
    const { exit, stderr } = await world.run(['ssh', '--key', path]);
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: expect.stringContaining(why) });
    expect(stderr).toMatch(/^Error: The key in [^\n]+\n$/);
    expect(existsSync(world.home.path(`${name}-cert.pub`))).toBe(false);
  });

  it('keeps an existing certificate when the login fails, and refuses a link in its place', async () => {
    const { path } = keyFile('kept');
    const old = world.home.write('kept-cert.pub', 'an older one');
    expect(await world.run(['ssh', '--key', path], ['alice', 'wrong', '123456'])).toMatchObject({ exit: 3 });
    expect(readFileSync(old, 'utf8')).toBe('an older one');
    const linked = keyFile('linked').path;
    symlinkSync(old, world.home.path('linked-cert.pub'));
    expect(await world.run(['ssh', '--key', linked], ['alice', 'wrong', '123456'])).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/linked-cert\.pub cannot be written: it is a link\.\n$/),
    });
    expect(await world.run(['ssh', '--key', linked.replace('linked', 'no/linked')])).toMatchObject({
      exit: 2,
    });
  });

  it('refuses a file that is not there', async () => {
    expect(await world.run(['ssh', '--key', world.home.path('none.pub')])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('there is no such file'),
    });
  });
});

function keyFile(name: string): { line: string; path: string } {
  const line = LINE;
  return { line, path: world.home.write(`${name}.pub`, `${line} of a test\n`) };
}
