/** The examples that need a server: real processes on free ports, in a folder of the test. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../packages/secure-store/test/postgres-cluster.ts';
import { postgresPlace } from '../../packages/secure-store/test/postgres-place.ts';
import { type ChildProcess, execFile, spawn } from '../child-process.mjs';
import { EXAMPLES, outputOf, prepareFolder } from './run-example.ts';
import { withCounterpart } from './with-counterpart.ts';

let folder = '';
let server: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-examples-'));
  prepareFolder(folder);
});
afterEach(() => {
  server?.kill('SIGKILL');
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a program and resolves when it prints `pattern`. */
async function serve(args: readonly string[], pattern: RegExp, env = process.env): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: folder, env });
  server = child;
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (pattern.test(printed)) resolve();
      });
    child.on('close', () => reject(new Error(`ended: ${printed}`)));
  });
}

/** Runs a program with lines of input, and after a new key with its first code. Returns what it prints. */
async function answered(
  program: readonly string[],
  lines: readonly string[],
  env = process.env,
): Promise<string> {
  const [name = '', ...args] = program;
  const child = spawn(name, args, { cwd: folder, env });
  child.stdin.write(lines.map((line) => `${line}\n`).join(''));
  let printed = '';
  let isCodeSent = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const key = keyIn(printed);
      if (key === undefined || isCodeSent) return;
      isCodeSent = true;
      child.stdin.write(`${codeOf(key)}\n`);
    });
  const exit = await new Promise((resolve) => child.on('close', resolve));
  expect([printed, exit]).toEqual([printed, 0]);
  return printed;
}

const keyIn = (printed: string) => /^Key: ([A-Z2-7 ]+)$/m.exec(printed)?.[1];
const codeOf = (key: string, seconds = 0) =>
  computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 + seconds });

it('notes: a user registers and adds a note with a login, and it cannot be read without one', async () => {
  const [logins, notes] = [await freePort(), await freePort()];
  for (const name of ['server.js', 'client.js']) {
    const text = readFileSync(join(EXAMPLES, 'notes', name), 'utf8');
    writeFileSync(
      join(folder, name),
      text.replaceAll('8443', String(logins)).replaceAll('8080', String(notes)),
    );
  }
  await serve(['server.js'], /^Notes at /m);
  const client = [process.execPath, 'client.js'];
  const key = keyIn(await answered([...client, 'register', 'alice'], ['open sesame'])) ?? '';
  const adding = [...client, 'add', 'alice', 'Buy milk'];
  expect(await answered(adding, ['open sesame', codeOf(key, 30)])).toContain('Noted.');
  const response = await fetch(`http://localhost:${notes}`);
  expect([response.status, await response.text()]).toEqual([401, 'Log in first.\n']);
});

withCounterpart(['sh', 'oathtool'], 'scripted-login.sh', () => {
  it('logs in without a terminal', async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const bin = join(root, 'node_modules/.bin');
    const env = {
      ...process.env,
      PATH: [bin, dirname(process.execPath), process.env.PATH].join(delimiter),
      COUNTERSIGN_CONFIG_DIR: join(folder, 'known'),
    };
    const port = await freePort();
    writeFileSync(join(folder, 'passphrase'), 'correct horse battery\n', { mode: 0o600 });
    const at = ['--port', String(port), '--data-dir', join(folder, 'data')];
    const passphrase = ['--create', '--passphrase-file', join(folder, 'passphrase')];
    await serve([join(bin, 'countersign-server'), 'start', ...at, ...passphrase], /Listening on/);
    const address = `127.0.0.1:${port}`;
    const registering = ['countersign', 'register', 'job', '--server', address];
    const key = keyIn(await answered(registering, ['yes', 'open sesame', 'open sesame'], env)) ?? '';
    writeFileSync(join(folder, 'password'), 'open sesame\n', { mode: 0o600 });
    writeFileSync(join(folder, 'key'), key, { mode: 0o600 });
    copyFileSync(join(EXAMPLES, 'scripted-login.sh'), join(folder, 'login.sh'));
    // The code of the registration is spent, so this one is of the next step.
    const script = readFileSync(join(folder, 'login.sh'), 'utf8');
    writeFileSync(
      join(folder, 'login.sh'),
      script.replace('oathtool ', "oathtool --now 'now + 30 seconds' "),
    );
    const { stdout } = await execFile('sh', ['login.sh', 'job', address, 'password', 'key'], {
      cwd: folder,
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ event: 'authenticated', username: 'job' });
  });
});

withCounterpart('postgresql', 'two-servers.js', () => {
  it('has two servers share accounts and used codes', async () => {
    const database = await postgresPlace();
    try {
      expect(await outputOf('two-servers.js', database.url)).toBe(
        'registered with the first server\nlogins with one code: 1\n',
      );
    } finally {
      await database.dispose();
    }
  });
});
