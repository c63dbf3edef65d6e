/** The built program as a script meets it: pipes, signals and exit codes. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SERVER_PROFILE } from '@countersign/auth-server';
import { describe, expect, it } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { OLD_PASSWORD } from './test-server.ts';
import { useServer } from './use-server.ts';

const PROGRAM = fileURLToPath(new URL('../bin/countersign.js', import.meta.url));
const PASSWORD = 'correct horse battery';
const world = useServer(DEFAULT_SERVER_PROFILE);

interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(argv: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...argv], {
    env: {
      ...process.env,
      COUNTERSIGN_SERVER: world.server.address,
      COUNTERSIGN_CONFIG_DIR: world.home.folder,
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  const ended = once(child, 'close').then(([exit]): Ended => ({ exit, ...output }));
  return { child, output, ended };
}

function run(argv: readonly string[], input: string, env?: Record<string, string>): Promise<Ended> {
  const { child, ended } = start(argv, env);
  child.stdin.end(input);
  return ended;
}

describe('the program', () => {
  it('registers and logs in over pipes, with only the documented objects on stdout', async () => {
    const { child, output, ended } = start(['register', '--json']);
    child.stdin.write(`Alice\r\nyes\r\n${PASSWORD}\r\n${PASSWORD}\r\n`);
    await expect.poll(() => output.stdout, { timeout: 30_000 }).toContain('\n');
    const enrolment = JSON.parse(output.stdout);
    expect(enrolment).toEqual({
      event: 'enrolment',
      username: 'alice',
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      otpauth: expect.stringMatching(/^otpauth:\/\/totp\/Countersign:alice\?secret=/),
    });
    child.stdin.end(`${world.server.codeOf(enrolment.secret)}\n`);
    const registered = await ended;
    expect(registered).toMatchObject({ exit: 0, stderr: expect.stringContaining(world.server.pin) });
    expect(JSON.parse(registered.stdout.split('\n')[1] ?? '')).toEqual({
      event: 'registered',
      username: 'alice',
      recoveryCodes: Array(10).fill(expect.stringMatching(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/)),
    });
    expect(registered.stdout.split('\n')).toHaveLength(3);

    world.server.advance(30);
    const code = world.server.codeOf(enrolment.secret);
    const login = await run(['login', '--json'], `alice\n${PASSWORD}\n${code}\n`);
    expect(login).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(login.stdout)).toEqual({
      event: 'authenticated',
      username: 'alice',
      recoveryCodesLeft: 10,
      advice: [],
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends it cleanly while it waits for a code', async (signal, exit) => {
    const { username } = await world.addAccount();
    const config = world.home.path(signal);
    const { child, ended } = start(['login'], { COUNTERSIGN_CONFIG_DIR: config });
    child.stdin.write(`${username}\n${OLD_PASSWORD}\n`);
    // The pin is remembered when the password is proven; from then on it waits.
    await expect.poll(() => existsSync(join(config, 'servers')), { timeout: 20_000 }).toBe(true);
    child.kill(signal);
    expect(await ended).toMatchObject({ exit, stdout: '', stderr: '' });
  });

  it('names commands as they can be typed where npm or npx has started it', async () => {
    const { stderr } = await run(['frobnicate'], '', { npm_lifecycle_event: 'client' });
    expect(stderr).toBe("Error: Unknown command 'frobnicate'. See npm run client -- --help.\n");
    const npx = await run(['frobnicate'], '', { npm_lifecycle_event: 'npx', npm_command: 'exec' });
    expect(npx.stderr).toBe("Error: Unknown command 'frobnicate'. See npx @countersign/cli-client --help.\n");
  });

  it('prints how long a login took with COUNTERSIGN_TIMINGS=1', async () => {
    const { username, secret } = await world.addAccount();
    const input = `${username}\n${OLD_PASSWORD}\n${world.server.codeOf(secret)}\n`;
    const { stderr } = await run(['login'], input, { COUNTERSIGN_TIMINGS: '1' });
    expect(stderr).toMatch(/^The login took \d+ ms, without 0 ms of stretching and the typing\.$/m);
  });
});
