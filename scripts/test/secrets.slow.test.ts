/**
 * A complete run of the real programs. Everything printed, logged and stored is then searched for every
 * secret that was used.
 */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accountSchema } from '@countersign/auth-server/accounts';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { readInvitation } from '@countersign/wire-protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { spawn } from '../child-process.mjs';

const program = (name: string) => fileURLToPath(new URL(`../../apps/${name}`, import.meta.url));
const SERVER = program('cli-server/bin/countersign-server.js');
const CLIENT = program('cli-client/bin/countersign.js');

const PASSPHRASE = 'Grauer Elefant 77';
const PASSWORD = 'lila Nashorn 2026';
const NEW_PASSWORD = 'gelber Tapir 3141';
const WRONG_PASSWORD = 'rotes Gürteltier 5';

/** Time limit of the whole run, in milliseconds. */
const LIMIT = 300_000;

let dir: string;
/**
 * What the programs printed, by place. The client's standard output is meant for its user and contains
 * secrets.
 */
const printed = new Map<string, string>();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'secrets-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function secretFile(name: string, secret: string): string {
  const path = join(dir, name);
  writeFileSync(path, `${secret}\n`);
  chmodSync(path, 0o600);
  return path;
}

function start(binary: string, args: readonly string[], input = '') {
  const child = spawn(process.execPath, [binary, ...args], {
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      COUNTERSIGN_CONFIG_DIR: join(dir, 'known'),
      COUNTERSIGN_TRACE: '1',
    },
    timeout: LIMIT,
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, out, ended };
}

async function run(binary: string, args: readonly string[], input = ''): Promise<string> {
  const { out, ended } = start(binary, args, input);
  const exit = await ended;
  const name = `${binary === SERVER ? 'server' : 'client'} ${args.slice(-2).join(' ')} ${printed.size}`;
  printed.set(`${name} stderr`, out.stderr);
  if (binary === SERVER) printed.set(`${name} stdout`, out.stdout);
  return `${exit}\n${out.stdout}`;
}

/** The store of this run. It is opened often, so its key derivation is cheap. */
async function makeStore(data: string): Promise<void> {
  mkdirSync(data, { mode: 0o700 });
  const store = await openStore({
    backend: lmdbBackend({ dir: join(data, 'store') }),
    passphrase: PASSPHRASE,
    create: 'if-empty',
    kdf: { m: 64, t: 1, p: 1 },
  });
  await store.close();
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

it('a full run leaves no secret in any log, output or file', { timeout: LIMIT }, async () => {
  const data = join(dir, 'data');
  await makeStore(data);
  const common = ['--data-dir', data, '--passphrase-file', secretFile('passphrase', PASSPHRASE)];
  const server = start(SERVER, [...common, 'start', '--port', '0', '--registration', 'open', '--json']);
  const listening = await new Promise<{ port: number; pin: string }>((resolve, reject) => {
    server.child.stdout.on('data', () => {
      const line = /^\{"event":"listening".*\}$/m.exec(server.out.stdout);
      if (line) resolve(JSON.parse(line[0]));
    });
    void server.ended.then(() => reject(new Error(server.out.stderr)));
  });
  const at = ['--server', `127.0.0.1:${listening.port}`, '--pin', listening.pin, '--json', '--qr', 'none'];

  // Registration: the code is computed from the secret as soon as the client has printed it.
  const enrol = spawn(
    process.execPath,
    [CLIENT, 'register', 'alice', ...at, '--password-file', secretFile('password', PASSWORD)],
    { env: { PATH: process.env.PATH, HOME: dir, COUNTERSIGN_CONFIG_DIR: join(dir, 'known') } },
  );
  let told = '';
  let key = '';
  enrol.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    const found = /"secret":"([A-Z2-7]+)"/.exec(told)?.[1];
    if (found === undefined || key !== '') return;
    key = found;
    enrol.stdin.end(`${codeNow(key)}\n`);
  });
  let enrolErrors = '';
  enrol.stderr.setEncoding('utf8').on('data', (text: string) => (enrolErrors += text));
  await new Promise((resolve) => enrol.on('close', resolve));
  printed.set('client register stderr', enrolErrors);
  const recoveryCodes = /"recoveryCodes":\[([^\]]*)\]/.exec(told)?.[1]?.replaceAll('"', '').split(',') ?? [];
  expect(recoveryCodes).toHaveLength(10);

  const login = ['login', 'alice', ...at, '--code'];
  await run(CLIENT, [...login, '123456', '--password-file', secretFile('wrong', WRONG_PASSWORD)]);
  const password = ['--password-file', join(dir, 'password')];
  await run(CLIENT, [...login, codeNow(key) === '123456' ? '654321' : '123456', ...password]);
  const withRecovery = await run(CLIENT, ['login', 'alice', ...at, ...password], `${recoveryCodes[0]}\n`);
  expect(withRecovery).toContain('authenticated');
  const changed = await run(
    CLIENT,
    ['password', ...at],
    `alice\n${PASSWORD}\n${recoveryCodes[1]}\n${NEW_PASSWORD}\n${NEW_PASSWORD}\n${recoveryCodes[2]}\n`,
  );
  expect(changed).toMatch(/^0\n/);

  const invited = await run(SERVER, [...common, 'invite', 'create', '--server', 'localhost', '--json']);
  const text = /"invite":"([^"]+)"/.exec(invited)?.[1] ?? '';
  const reading = readInvitation(text);
  if (!reading.ok) throw new Error(reading.problem);
  const { code } = reading.invitation;
  const reset = await run(SERVER, [...common, 'user', 'reset-totp', 'alice', '--yes', '--json']);
  const resetCode = /([0-9A-Z]{4}-){3}[0-9A-Z]{4}/.exec(reset)?.[0] ?? '';
  expect(resetCode).not.toBe('');
  // These two printed a secret deliberately, for the administrator to pass on.
  for (const [name, text] of printed)
    printed.set(name, /localhost --json|--yes --json/.test(name) ? '' : text);

  for (const command of [
    ['user', 'list'],
    ['user', 'show', 'alice'],
    ['audit', 'show'],
    ['audit', 'export'],
    ['keys', 'status'],
    ['slot', 'list'],
    ['invite', 'list'],
    ['doctor'],
  ])
    await run(SERVER, [...common, ...command]);
  server.child.kill('SIGINT');
  expect(await server.ended).toBe(0);
  printed.set('server log', `${server.out.stdout}${server.out.stderr}`);

  const store = await openStore({
    backend: lmdbBackend({ dir: join(data, 'store') }),
    passphrase: PASSPHRASE,
  });
  const account = (await store.collection('accounts', accountSchema).get('alice'))?.value;
  await store.close();
  if (!account) throw new Error('the account is gone');
  const { salt, verifier } = account.credential;

  const secrets = [
    ...[PASSPHRASE, PASSWORD, NEW_PASSWORD, WRONG_PASSWORD].flatMap((text) => [Buffer.from(text)]),
    ...spellings(Buffer.from(TotpSecret.fromBase32(key).bytes)),
    Buffer.from(key),
    Buffer.from(key.replace(/(.{4})(?=.)/g, '$1 ')),
    Buffer.from(text),
    ...[...recoveryCodes, resetCode, code.slice(code.indexOf('.') + 1)].flatMap((each) => [
      Buffer.from(each),
      Buffer.from(each.replaceAll('-', '')),
    ]),
    ...spellings(Buffer.from(verifier, 'base64url')),
    ...spellings(Buffer.from(salt, 'base64url')),
  ];
  const places = new Map([...printed].map(([name, text]) => [name, Buffer.from(text)]));
  for (const path of [...filesBelow(data), ...filesBelow(join(dir, 'known'))])
    places.set(path, readFileSync(path));
  expect(places.size).toBeGreaterThan(15);
  for (const [place, content] of places)
    for (const [n, secret] of secrets.entries())
      expect(content.includes(secret), `secret ${n} is in ${place}`).toBe(false);
  // The search itself finds planted secrets.
  expect(places.get('server log')?.includes(Buffer.from('alice'))).toBe(true);
});

function codeNow(key: string): string {
  return computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 });
}

function spellings(bytes: Buffer): Buffer[] {
  const [hex, base64, base64url] = (['hex', 'base64', 'base64url'] as const).map((form) =>
    bytes.toString(form),
  );
  return [bytes, ...[hex, hex?.toUpperCase(), base64, base64url].map((text) => Buffer.from(text ?? ''))];
}
