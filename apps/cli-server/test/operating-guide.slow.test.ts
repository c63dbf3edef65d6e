/**
 * Runs the commands of docs/operating.md, in its order, with the installed programs. Those for certbot run in
 * acme-guide.slow.test.ts.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { computeCode, TotpSecret } from '@countersign/totp-core';
import { beforeAll, expect, it } from 'vitest';
import { askServer, SERVER_URL } from '../../../packages/secure-store/test/postgres-place.ts';
import { type Counterpart, NGINX_STREAM } from '../../../scripts/counterparts.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { cleaningAtEnd } from './at-end.ts';
import { type Ended, GuideMachine, type Typing } from './guide-machine.ts';
import { folder } from './program.ts';

const guide = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');

interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = guide.split(/^## /m).flatMap((section) => {
  const heading = section.slice(0, section.indexOf('\n'));
  return [...section.matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].map(([, language = '', text = '']) => ({
    heading,
    language,
    text,
  }));
});

const PASSPHRASE = 'correct horse battery staple';
const PASSWORD = 'open sesame';
/** What has no effect in a test: the checkout is there and built. */
const BEFORE =
  'git clone https://github.com/countersign-auth/countersign\ncd countersign\nnpm ci\nnpm run build\n';

const NEEDS: Counterpart[] = [
  'bash',
  'npm',
  'curl',
  'coreutils',
  'openssl',
  'postgresql',
  'haproxy',
  'nginx-stream',
  'linux',
];

withCounterpart(NEEDS, 'docs/operating.md', () => {
  const atEnd = cleaningAtEnd();
  let machine: GuideMachine;
  /** The key of alice's authenticator. */
  let key = '';
  let invitation = '';
  let resetCode = '';
  /** The time step of the last restore. */
  let restoredIn = 0;

  beforeAll(async () => {
    const place = folder(atEnd);
    const { url, pgpass, dispose } = await createDatabase();
    atEnd(dispose);
    machine = await GuideMachine.start(place, url);
    atEnd(() => machine.dispose());
    writeFileSync(machine.path('home/.pgpass'), pgpass, { mode: 0o600 });
  });

  /** Runs the SQL of the guide as the administrator of the test's server, with a name of its own. */
  async function createDatabase() {
    const name = `countersign_test_${randomBytes(8).toString('hex')}`;
    const password = randomBytes(16).toString('hex');
    const statements = textOf('From LMDB to PostgreSQL', 'sql')
      .replaceAll('countersign', name)
      .replace('…', password)
      .trim()
      .split('\n');
    expect(statements).toHaveLength(2);
    for (const statement of statements) await askServer(SERVER_URL, statement);
    const { hostname, port } = new URL(SERVER_URL);
    const server = `${hostname}:${port || '5432'}`;
    return {
      url: `postgres://${name}@${server}/${name}`,
      pgpass: `${server}:${name}:${name}:${password}\n`,
      dispose: async () => {
        await askServer(SERVER_URL, `DROP DATABASE ${name} WITH (FORCE)`);
        await askServer(SERVER_URL, `DROP ROLE ${name}`);
      },
    };
  }

  const code = (seconds: number) =>
    computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 + seconds });

  const stepNow = () => Math.floor(Date.now() / 30_000);
  /** Waits until a time step begins, by the clock of the programs. */
  const begins = (step: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, step * 30_000 - Date.now())));

  /** Types lines, and after a new key its first code. */
  const answering =
    (...lines: string[]): Typing =>
    (printed) => {
      if (printed === '') return lines.map((line) => `${line}\n`).join('');
      const shown = /^Key: ([A-Z2-7 ]+)$/m.exec(printed)?.[1];
      if (shown === undefined || shown === key) return undefined;
      key = shown;
      return `${code(0)}\n`;
    };

  function typingFor(text: string): Typing | undefined {
    if (text.startsWith('countersign-server slot add --label service ')) return answering(PASSPHRASE);
    if (text === 'countersign-server init\n') return answering(PASSPHRASE, PASSPHRASE);
    return undefined;
  }

  const done = ({ exit, output }: Ended, text: string) =>
    expect([text, exit, output]).toEqual([text, 0, output]);

  /** Runs a block. What a server does in the foreground goes on during the next block. */
  async function follow({ text }: Block): Promise<void> {
    if (text.startsWith('countersign register')) {
      await users(text);
      return;
    }
    if (text.startsWith('countersign login')) {
      // A restore uses up the code of its time and the next one.
      await begins(restoredIn + 1);
      done(await machine.run(text, answering(PASSWORD, code(30))), text);
      return;
    }
    await machine.interrupt();
    if (/^countersign-server .*\bstart\b/.test(text)) {
      await machine.runUntil(text, /Listening on/, typingFor(text));
      return;
    }
    const ended = await machine.run(text.replace(BEFORE, ''), typingFor(text));
    done(ended, text);
    if (text.includes('store restore')) restoredIn = stepNow();
    invitation = /^countersign1_[\w-]+$/m.exec(ended.output)?.[0] ?? invitation;
    resetCode = /^Recovery code for alice: (\S+)$/m.exec(ended.output)?.[1] ?? resetCode;
  }

  /** What a user does, one command after the other. */
  async function users(text: string): Promise<void> {
    const [register = '', login = ''] = text.trim().split('\n');
    done(await machine.run(register, answering(invitation, PASSWORD, PASSWORD)), register);
    done(await machine.run(login, answering(PASSWORD, code(30))), login);
  }

  const textOf = (heading: string, language: string) =>
    blocks.find((block) => block.heading === heading && block.language === language)?.text ?? '';

  /** What a reader does after a section. */
  const after: Readonly<Record<string, () => Promise<void>>> = {
    'Lost phone': newAuthenticator,
    'Several machines behind a TCP relay': relays,
    'Certificates of your own, and ACME': renewedCertificate,
    Monitoring: async () => {
      const { output } = await machine.run(textOf('Monitoring', 'sh'));
      for (const [name] of guide.matchAll(/countersign_\w+/g)) expect(output).toContain(`\n# TYPE ${name} `);
    },
    Uninstall: async () => {
      const left = ['lib', 'etc', 'backups', 'opt', 'units/countersign.service', 'cron/countersign'];
      expect(left.filter((name) => existsSync(machine.path(name)))).toEqual([]);
    },
  };

  const headings = [...new Set(blocks.map(({ heading }) => heading))];
  it.for(headings)('%s', async (heading) => {
    const chosen = blocks.filter((block) => block.heading === heading && block.language === 'sh');
    for (const block of chosen) await follow(block);
    await machine.interrupt();
    expect(blocks.some((block) => block.heading === heading)).toBe(true);
    await after[heading]?.();
  });

  async function relays(): Promise<void> {
    const heading = 'Several machines behind a TCP relay';
    writeFileSync(machine.path('haproxy.cfg'), textOf(heading, 'haproxy'));
    const stream = machine.localised(textOf(heading, 'nginx'));
    const head = `load_module ${NGINX_STREAM};\npid ${machine.path('nginx.pid')};\nerror_log stderr;\nevents {}\n`;
    writeFileSync(machine.path('nginx.conf'), `${head}stream {\n${stream}}\n`);
    const haproxy = `/usr/sbin/haproxy -c -f ${machine.path('haproxy.cfg')}`;
    done(await machine.run(haproxy), haproxy);
    const nginx = `/usr/sbin/nginx -t -c ${machine.path('nginx.conf')}`;
    done(await machine.run(nginx), nginx);
    await isInForce(textOf(heading, 'toml'), /proxy-protocol +\S*192\.0\.2\.10/);
  }

  /** The hook gets the files of certbot, and a server with the settings of the section takes them. */
  async function renewedCertificate(): Promise<void> {
    const lineage = machine.path('lineage');
    mkdirSync(lineage);
    const script = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj / \\
        -addext subjectAltName=DNS:login.example.org -keyout ${lineage}/privkey.pem -out ${lineage}/fullchain.pem
      RENEWED_LINEAGE=${lineage} countersign-certificate`;
    done(await machine.run(script), script);
    expect(statSync(machine.path('etc/privkey.pem')).mode & 0o777).toBe(0o600);
    await isInForce(textOf('Certificates of your own, and ACME', 'toml'), /tls-cert +\S*fullchain\.pem/);
  }

  /** Looks at the settings that are in force with further lines of the configuration. */
  async function isInForce(lines: string, pattern: RegExp): Promise<void> {
    const path = machine.path('more.toml');
    writeFileSync(path, `${machine.read('etc/config.toml')}${machine.localised(lines)}`);
    const { exit, output } = await machine.run(`countersign-server config --config ${path}`);
    expect([exit, output]).toEqual([0, expect.stringMatching(pattern)]);
  }

  async function newAuthenticator(): Promise<void> {
    expect(resetCode).not.toBe('');
    const login = 'countersign login alice --server login.example.org:8443';
    done(await machine.run(login, answering(PASSWORD, resetCode)), login);
  }
});
