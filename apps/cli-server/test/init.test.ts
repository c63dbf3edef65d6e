/** `init`, and `status` of the server that is started afterwards. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ChildProcess, spawn } from '../../../scripts/child-process.mjs';
import { run } from '../src/run.ts';
import { binary, dataDir, folder, PASSPHRASE } from './program.ts';
import { start } from './starting.ts';

async function say(
  argv: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const { io, stdout, stderr } = memoryIo({ input, env, now: Date.now });
  return { exit: await run(argv, io), stdout: stdout(), stderr: stderr() };
}

const TWICE = `${PASSPHRASE}\n${PASSPHRASE}\n`;

describe('init', () => {
  it('creates store, certificate and settings, and a second run changes nothing', async () => {
    const dir = join(folder(), 'data');
    const first = await say(['init', '--data-dir', dir, '--port', '9443', '--tls-cert', 'a.pem', '--json'], {
      input: TWICE,
    });
    expect(first.stderr).toContain('--tls-cert and --tls-key must be used together');
    expect(existsSync(dir)).toBe(false);

    const { exit, stdout } = await say(['init', '--data-dir', dir, '--port', '9443', '--json'], {
      input: TWICE,
    });
    const made = JSON.parse(stdout);
    expect(exit).toBe(0);
    expect(made).toMatchObject({
      event: 'initialised',
      pin: expect.stringMatching(/^sha256:/),
      created: { store: true, certificate: true, config: true },
    });
    const before = readFileSync(join(dir, 'config.toml'), 'utf8');
    expect(before).toMatch(/^port = 9443$/m);
    expect(before).toMatch(/^# host = "127\.0\.0\.1"$/m);

    const again = await say(['init', '--data-dir', dir, '--port', '1', '--json']);
    expect(JSON.parse(again.stdout)).toEqual({
      ...made,
      created: { store: false, certificate: false, config: false },
    });
    expect(readFileSync(join(dir, 'config.toml'), 'utf8')).toBe(before);
    const { stdout: rows } = await say(['config', '--data-dir', dir, '--json']);
    expect(rows).toContain('"setting":"port","value":9443');
  });

  it('writes a file in which every setting can be used', async () => {
    const dir = await dataDir();
    await say(['init', '--data-dir', dir]);
    const file = join(dir, 'config.toml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replaceAll(/^# (?=[a-z-]+ = )/gm, '').replace(/^registrationsPerDay.*\n^code.*\n/m, ''),
    );
    const { exit, stdout, stderr } = await say(['config', '--data-dir', dir, '--json']);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('"from":"default"}\n{"setting":"port"');
  });

  it('prints the next steps on stderr, and the pin of an existing store without a passphrase', async () => {
    const { exit, stdout, stderr } = await say(['init', '--data-dir', await dataDir()]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^Store {8}lmdb:.* \(exists, unchanged\)\nCertificate {2}.* \(created\)\n/);
    expect(stdout).toMatch(/^Pin {10}sha256:/m);
    expect(stderr).toMatch(/to start the server: countersign-server start --data-dir /);
  });
});

describe('status', () => {
  it('shows a running server, counts its accounts if a file unlocks the store, and reports that none runs: 3', async () => {
    const dir = await dataDir();
    const none = await say(['status', '--data-dir', dir]);
    expect([none.exit, none.stdout]).toEqual([3, '']);
    const server = start(dir);
    const { port, pin } = await server.listening();
    const { exit, stdout } = await say(['status', '--data-dir', dir, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'running', pid: process.pid, port, pin, workers: 1 });
    const file = join(folder(), 'passphrase');
    writeFileSync(file, PASSPHRASE, { mode: 0o600 });
    const env = { COUNTERSIGN_PASSPHRASE_FILE: file };
    expect((await say(['status', '--data-dir', dir], { env })).stdout).toMatch(/^Accounts {6}0$/m);
    await server.end();
    expect(readdirSync(join(dir, 'running'))).toEqual([]);
    const { exit: after, stdout: stopped } = await say(['status', '--data-dir', dir, '--json']);
    expect([after, JSON.parse(stopped)]).toEqual([3, expect.objectContaining({ state: 'stopped' })]);
  });

  it('sees that a server was killed, and that a process lives without answering: 6', async () => {
    const dir = await dataDir();
    const server = start(dir);
    const { port } = await server.listening();
    const file = join(dir, 'running', `${port}.json`);
    const text = readFileSync(file, 'utf8');
    await server.end();
    writeFileSync(file, text);
    expect((await say(['status', '--data-dir', dir])).exit).toBe(6);
    writeFileSync(file, text.replace(`"pid":${process.pid}`, '"pid":999999999'));
    expect((await say(['status', '--data-dir', dir])).exit).toBe(3);
    writeFileSync(file, '{"pid":');
    expect((await say(['status', '--data-dir', dir])).exit).toBe(3);
  });
});

describe('a passphrase', () => {
  it('comes from a descriptor that the parent process leaves open, also if it is a socket', async () => {
    const dir = await dataDir();
    const args = [binary, 'user', 'list', '--json', '--data-dir', dir, '--passphrase-file', '/dev/fd/3'];
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pipe = child.stdio[3];
    if (!pipe || !('write' in pipe)) throw new Error('no pipe');
    pipe.end(`${PASSPHRASE}\n`);
    const exit = await new Promise((resolve) => child.on('close', resolve));
    expect(exit).toBe(0);
  });

  it('comes from a credential of systemd, unless another is named', async () => {
    const dir = await dataDir();
    const credentials = folder();
    writeFileSync(join(credentials, 'passphrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
    const env = { CREDENTIALS_DIRECTORY: credentials };
    expect((await say(['user', 'list', '--data-dir', dir], { env })).exit).toBe(0);
    const { stdout } = await say(['config', '--data-dir', dir], { env });
    expect(stdout).toMatch(/^passphrase-file {2}\S+\/passphrase +CREDENTIALS_DIRECTORY$/m);
    const { stderr } = await say(['user', 'list', '--data-dir', dir, '--passphrase-file', '-'], { env });
    expect(stderr).toContain("Administrator's passphrase");
  });
});
