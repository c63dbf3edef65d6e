/** The installed program between a server, a real ssh-agent, and ssh into a real sshd, which reads the server's revocation list. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePublicKey } from '@countersign/ssh-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SshAgent } from '../../../packages/ssh-core/test/ssh-agent.ts';
import { type Sshd, startSshd } from '../../../packages/ssh-core/test/sshd.ts';
import { execFileSync, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { useSsh } from './ssh-world.ts';
import { OLD_PASSWORD, type OldAccount } from './test-server.ts';

const PROGRAM = fileURLToPath(new URL('../bin/countersign.js', import.meta.url));
const NEW_PASSWORD = 'another password';
const DENIED = 'Permission denied (publickey)';
const world = useSsh();

withCounterpart(['sshd', 'ssh-keygen'], 'countersign ssh -- ssh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sshd-'));
  let sshd: Sshd;
  let agent: SshAgent;
  let config = '';
  let account: OldAccount;

  beforeAll(async () => {
    // The role is the Unix account of the tests.
    await world.server.ssh.listRole({ role: userInfo().username, agentForwarding: false });
    const [authority] = await world.server.ssh.authorities();
    sshd = await startSshd(folder, parsePublicKey(authority!.publicKey));
    agent = await world.startAgent();
    config = world.config();
    account = await world.addAccount({ roles: [userInfo().username, 'web'] });
  });
  afterAll(() => {
    sshd.stop();
    rmSync(folder, { recursive: true });
  });

  const environment = () => ({
    ...process.env,
    COUNTERSIGN_SERVER: world.server.address,
    COUNTERSIGN_CONFIG_DIR: config,
    SSH_AUTH_SOCK: agent.socketPath,
  });
  const portOf = () => /^Port (\d+)$/m.exec(readFileSync(join(folder, 'sshd_config'), 'utf8'))?.[1] ?? '';
  const start = (...argv: readonly string[]) => {
    const child = spawn(process.execPath, [PROGRAM, ...argv], { env: environment() });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (output.stdout += chunk));
    child.stderr.on('data', (chunk) => (output.stderr += chunk));
    return { child, output, ended: once(child, 'close').then(([exit]) => ({ exit, ...output })) };
  };
  /** Runs the program with an ssh command as a user types it, less what keeps this machine's own files out of it. */
  const sshTo = async (options: readonly string[], lines: readonly string[], ...words: readonly string[]) => {
    const settings = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null'];
    const given = ['-F', 'none', '-p', portOf(), ...settings.flatMap((setting) => ['-o', setting]), ...words];
    const { child, ended } = start('ssh', ...options, '--', 'ssh', ...given);
    child.stdin.end(lines.map((line) => `${line}\n`).join(''));
    return ended;
  };
  const host = () => `${sshd.username}@127.0.0.1`;
  const applyKrl = async () => writeFileSync(join(folder, 'krl'), await world.server.services.ssh.krl());

  it('opens a shell, until the password is changed and the host has read the next revocation list', async () => {
    // Recovery codes, so that the clock of the server stays that of the host.
    const { username, recoveryCodes: codes } = account;
    const first = await sshTo([], [username, OLD_PASSWORD, codes[0]!], host(), 'echo in; exit 42');
    expect(first, first.stderr).toMatchObject({ exit: 42, stdout: 'in\n' });
    await applyKrl();
    // Standard input is that of ssh, as when git runs it.
    const again = await sshTo(['--if-needed'], ['a line'], host(), 'cat');
    expect(again, again.stderr).toMatchObject({ exit: 0, stdout: 'a line\n' });
    // The certificate is found by its file, without the other keys of the agent.
    const only = await sshTo(['--if-needed'], [], '-o', 'IdentitiesOnly=yes', host(), 'true');
    expect(only, only.stderr).toMatchObject({ exit: 0 });

    const changing = [username, OLD_PASSWORD, codes[1]!, NEW_PASSWORD, NEW_PASSWORD, codes[2]!];
    expect(await world.run(['password'], changing)).toMatchObject({ exit: 0 });
    await applyKrl();
    const refused = await sshTo(['--if-needed'], [], host(), 'true');
    expect(refused).toMatchObject({ exit: 255, stderr: expect.stringContaining(DENIED) });

    // A new login is issued a certificate that the list does not revoke.
    const back = await sshTo([], [username, NEW_PASSWORD, codes[3]!], host(), 'echo back');
    expect(back, back.stderr).toMatchObject({ exit: 0, stdout: 'back\n' });
    expect(agent.sshAdd('-l').trim().split('\n')).toHaveLength(1);
  });

  it('does what docs/ssh.md says to users, command by command', async () => {
    const guide = readFileSync(new URL('../../../docs/ssh.md', import.meta.url), 'utf8');
    const [, section = ''] = /^### As a user\n([\s\S]*?)^## /m.exec(guide) ?? [];
    const commands = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, lines = '']) =>
      lines.trim().split('\n'),
    );
    expect(commands.length).toBeGreaterThan(5);
    const { username, recoveryCodes } = await world.addAccount({ roles: [userInfo().username] });
    const codes = [...recoveryCodes];
    // The computer of the guide: its key, its name for the host, and the programs.
    const place = (name: string) => join(folder, name);
    sshd.generateKey('id_ed25519', '-t', 'ed25519');
    writeFileSync(place('id_ed25519.pub'), execFileSync('ssh-keygen', ['-y', '-f', place('id_ed25519')]));
    const known = ['StrictHostKeyChecking no', 'UserKnownHostsFile /dev/null', 'BatchMode yes'];
    const host = ['Host web1', 'HostName 127.0.0.1', `Port ${portOf()}`, `User ${sshd.username}`, ...known];
    writeFileSync(place('ssh_config'), host.join('\n'));
    writeFileSync(place('countersign'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`, {
      mode: 0o755,
    });
    agent.sshAdd('-D', '-q');
    for (const command of commands) {
      const adapted = command
        .replaceAll('deploy@web1', 'web1 true')
        .replaceAll(/(?<=^|-- )ssh (?=-i|web1)/g, `ssh -F '${place('ssh_config')}' `)
        .replaceAll('~/.ssh', folder);
      // After the logout of the guide, there is nothing to keep.
      if (command.includes('--if-needed')) await sshTo([], [username, OLD_PASSWORD, codes.pop()!], '-V');
      const child = spawn('sh', ['-c', adapted], {
        env: { ...environment(), PATH: `${folder}:${process.env.PATH}` },
      });
      let stderr = '';
      child.stderr.on('data', (chunk) => (stderr += chunk));
      const asks = /countersign ssh (?!status|--if-needed)|countersign ssh$/.test(command);
      child.stdin.end(asks ? `${username}\n${OLD_PASSWORD}\n${codes.pop()}\n` : '');
      const [exit] = await once(child, 'close');
      expect([command, exit, exit === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }
  });

  it('refuses a certificate without the role of the account on the host', async () => {
    const other = await world.addAccount({ roles: ['web'] });
    agent.sshAdd('-D', '-q');
    const { exit, stderr } = await sshTo([], world.linesOf(other), host(), 'true');
    expect({ exit, stderr }).toEqual({
      exit: 255,
      stderr: expect.stringContaining(DENIED),
    });
  });

  it.each([
    ['SIGINT', 9],
    ['SIGTERM', 10],
  ] as const)('passes %s on to the command and ends with its exit code', async (signal, exit) => {
    const fresh = await world.addAccount({ roles: ['web'] });
    const script = 'trap "exit 9" INT; trap "exit 10" TERM; echo ready; while :; do sleep 0.1; done';
    const { child, output, ended } = start('ssh', '--', 'sh', '-c', script);
    child.stdin.end(
      world
        .linesOf(fresh)
        .map((line) => `${line}\n`)
        .join(''),
    );
    await expect.poll(() => output.stdout, { timeout: 30_000 }).toBe('ready\n');
    child.kill(signal);
    expect(await ended).toMatchObject({ exit });
  });
});
