/** Runs the commands of the README under "Run it for real", unchanged, in a shell in a checkout. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChildProcess, spawn } from '../child-process.mjs';
import { withCounterpart } from './with-counterpart.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
const commands = blocks.flatMap((text) =>
  text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== ''),
);

/** Time limit of one test, in milliseconds. */
const LIMIT = 120_000;

let dir: string;
const started: ChildProcess[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'readme-commands-'));
});
afterAll(() => {
  const running = started.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const { pid } of running) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** Runs a command of the README; `type` receives the output so far and returns what to type next. */
function shell(command: string, type: (printed: string) => string | undefined) {
  expect(commands).toContain(command);
  const line = command.replace('login.example.org:8443', '127.0.0.1:8443');
  const child = spawn('bash', ['-c', line], {
    cwd: root,
    detached: true,
    timeout: LIMIT,
    env: {
      ...process.env,
      npm_config_loglevel: 'silent',
      COUNTERSIGN_DATA_DIR: join(dir, 'data'),
      COUNTERSIGN_CONFIG_DIR: join(dir, 'known'),
    },
  });
  started.push(child);
  let printed = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const typed = type(printed);
      if (typed !== undefined) child.stdin.write(typed);
      for (const wake of waiting.splice(0)) wake();
    });
  const first = type('');
  if (first !== undefined) child.stdin.write(first);
  return {
    child,
    ended,
    printed: () => printed,
    async prints(pattern: RegExp): Promise<void> {
      while (!pattern.test(printed)) {
        if (child.exitCode !== null) throw new Error(`ended: ${printed}`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

/** Types the lines at once, and the first code when the key is shown. */
function answering(lines: string): (printed: string) => string | undefined {
  let begun = false;
  let confirmed = false;
  return (printed) => {
    if (!begun) {
      begun = true;
      return lines;
    }
    const key = /^Key: ([A-Z2-7 ]+)$/m.exec(printed)?.[1];
    if (key === undefined || confirmed) return undefined;
    confirmed = true;
    return `${computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 })}\n`;
  };
}

describe('the README', () => {
  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = [
      ...`${readme}${readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')}`.matchAll(/npm run ([\w:]+)/g),
    ];
    for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name);
  });

  it('contains the commands that CI runs', () => {
    const ci = readFileSync(join(root, '.ci/run'), 'utf8');
    for (const command of ['npm test', 'npm run demo']) {
      expect(commands).toContain(command);
      expect(ci).toContain(command.replace('npm run', 'npm run --silent'));
    }
  });

  withCounterpart(['bash', 'npm'], 'typed into a shell', () => {
    it('lets a user in by invitation with its commands', { timeout: LIMIT }, async () => {
      const passphrase = 'correct horse battery\n';
      const server = shell(
        'npm start -- --host 0.0.0.0 --public login.example.org:8443',
        answering(passphrase + passphrase),
      );
      await server.prints(/Listening on/);

      const inviting = shell('npx @countersign/cli-server invite create --name alice', answering(passphrase));
      await inviting.ended;
      const invitation = /^countersign1_[\w-]+$/m.exec(inviting.printed())?.[0] ?? '';
      expect(invitation).not.toBe('');

      const registering = shell(
        'npm run client -- register --invite-file -',
        answering(`${invitation}\nopen sesame\nopen sesame\n`),
      );
      expect(await registering.ended, registering.printed()).toBe(0);
      expect(registering.printed()).toContain('Registered: alice');

      if (server.child.pid !== undefined) process.kill(-server.child.pid, 'SIGINT');
      await server.ended;
      expect(server.printed()).toMatch(/stopped/);
    });
  });

  withCounterpart(['bash', 'npm'], 'with a shell and npm', () => {
    it('starts the client’s menu', async () => {
      const menu = shell('npm run client', () => undefined);
      menu.child.stdin.end();
      expect(await menu.ended).toBe(2);
    });
  });
});
