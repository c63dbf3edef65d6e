/**
 * The snippets of docs/tokens.md for nginx and Caddy, in the real proxies: a client with forged headers, without a token, with
 * one that is no longer good, and while the server does not answer.
 */
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChildProcess } from '../../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../../scripts/test/with-counterpart.ts';
import { Guide } from './guide.ts';
import { blocksOf, claimsOf, commandsOf } from './text.ts';

const WIKI = 'https://wiki.example.org';
const FORGED = {
  'Remote-User': 'root',
  remote_user: 'root',
  'Remote-Groups': 'wheel',
  Remote_Groups: 'wheel',
  'REMOTE-UID': '0',
  Remote_Uid: '0',
};

/** With a query that must not reach `/verify`. */
const PATH = '/page?audience=https://other.example.org&role=none';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly challenge: string | undefined;
}

/** Starts nginx with the server block of the guide. */
async function nginx(guide: Guide, block: string): Promise<ChildProcess> {
  const http = [
    'access_log off;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${guide.path(`nginx-${name}`)};`,
    ),
    block,
  ];
  const main = [
    'daemon off;',
    'master_process off;',
    `pid ${guide.path('nginx.pid')};`,
    'error_log stderr notice;',
  ];
  writeFileSync(guide.path('nginx.conf'), [...main, 'events {}', 'http {', ...http, '}', ''].join('\n'));
  const args = ['-e', 'stderr', '-p', guide.folder, '-c', guide.path('nginx.conf')];
  return guide.serve('/usr/sbin/nginx', args, /start|using the/);
}

/** Starts Caddy with the site of the guide. */
async function caddy(guide: Guide, block: string): Promise<ChildProcess> {
  const tls = `tls ${guide.path('tls.pem')} ${guide.path('tls.key')}`;
  const site = block.replace(
    'wiki.example.org {',
    `https://wiki.example.org:${guide.proxyPort} {\n  bind 127.0.0.1\n  ${tls}`,
  );
  writeFileSync(guide.path('Caddyfile'), `{\n  admin off\n  auto_https disable_redirects\n}\n${site}`);
  const args = ['run', '--adapter', 'caddyfile', '--config', guide.path('Caddyfile')];
  return guide.serve('caddy', args, /serving initial configuration/);
}

withCounterpart(['nginx', 'caddy', 'bash', 'curl'], 'the proxies of docs/tokens.md', () => {
  let guide: Guide;
  let server: ChildProcess;

  beforeAll(async () => {
    guide = await Guide.start();
    await guide.succeed(commandsOf('On the server')[0] ?? '');
    server = await guide.startServer();
  });
  afterAll(() => guide.close());

  /** A request to the proxy, as any client can make it. */
  function get(headers: Readonly<Record<string, string>>): Promise<Answer> {
    guide.received.length = 0;
    return new Promise((resolve, reject) => {
      const options = { port: guide.proxyPort, ca: guide.cert, servername: 'wiki.example.org', agent: false };
      request({ ...options, path: PATH, headers: { Host: 'wiki.example.org', ...headers } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            challenge: response.headers['www-authenticate'],
          }),
        );
      })
        .on('error', reject)
        .end();
    });
  }
  const bearer = (text: string) => ({ Authorization: `Bearer ${text}` });
  const remotes = () =>
    Object.entries(guide.received[0] ?? {}).filter(([name]) => /^remote|^authorization/.test(name));

  it.each([
    ['nginx', nginx],
    ['caddyfile', caddy],
  ] as const)('%s lets users in by their token alone, whatever else they send', async (language, start) => {
    const [block = ''] = blocksOf('In front of the web site', language);
    const proxy = await start(guide, guide.adapted(block));
    try {
      const token = await guide.logIn(WIKI);
      const { sub: uid } = claimsOf(token);
      // The command of the guide; no account has a role yet.
      const [curl = '', hidden = ''] = commandsOf('As a user');
      for (const line of [curl, hidden])
        expect(await guide.succeed(line)).toMatchObject({ stdout: 'the web site' });
      expect(Object.fromEntries(remotes())).toMatchObject({ 'remote-user': 'alice', 'remote-uid': uid });

      const forged = await get({ ...bearer(token), ...FORGED });
      expect(forged).toMatchObject({ status: 200, text: 'the web site' });
      const seen = remotes().filter(([, value]) => value !== '');
      expect(Object.fromEntries(seen)).toEqual({ 'remote-user': 'alice', 'remote-uid': uid });

      const [header = '', , signature = ''] = token.split('.');
      const claims = Buffer.from(JSON.stringify({ preferred_username: 'root' })).toString('base64url');
      for (const headers of [FORGED, bearer('x'), bearer(`${header}.${claims}.${signature}`)]) {
        const refused = await get({ ...headers, ...FORGED });
        expect(refused).toMatchObject({ status: 401, challenge: expect.stringContaining('Bearer') });
        expect(guide.received).toEqual([]);
      }
    } finally {
      await guide.stop(proxy);
    }
  });

  it.each([
    ['nginx', nginx],
    ['caddyfile', caddy],
  ] as const)(
    '%s passes roles on, refuses a disabled account, and refuses every request without an answer',
    async (language, start) => {
      const [block = ''] = blocksOf('In front of the web site', language);
      for (const line of commandsOf('On the server').slice(1, 3)) await guide.succeed(line);
      const editor = await guide.logIn(WIKI);
      const proxy = await start(guide, guide.adapted(block));
      try {
        expect(await get({ ...bearer(editor), ...FORGED })).toMatchObject({ status: 200 });
        expect(Object.fromEntries(remotes())).toMatchObject({ 'remote-groups': 'editor' });
        await guide.succeed('countersign-server user disable alice');
        expect(await get(bearer(editor))).toMatchObject({ status: 401 });
        await guide.succeed('countersign-server user enable alice');
        expect(guide.received).toEqual([]);

        const again = await guide.logIn(WIKI);
        expect(await get(bearer(again))).toMatchObject({ status: 200 });
        await guide.stop(server);
        const { status } = await get({ ...bearer(again), ...FORGED });
        expect([500, 502]).toContain(status);
        expect(guide.received).toEqual([]);
      } finally {
        await guide.stop(proxy);
        server = await guide.startServer();
      }
    },
  );

  it('nginx asks git for a password, and takes the token as one', async () => {
    const git = 'https://git.example.org';
    const [server = ''] = blocksOf('In front of the web site', 'nginx');
    const [location = ''] = blocksOf('git', 'nginx');
    const block = guide
      .adapted(server.replace(/^ {2}location = \/verify \{[\s\S]*?^ {2}\}\n/m, location))
      .replaceAll('wiki.example.org', 'git.example.org');
    await guide.succeed(`countersign-server service add git --audience ${git}`);
    const basic = (password: string) => ({
      Authorization: `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`,
    });
    const proxy = await nginx(guide, block);
    try {
      const asked = await get({});
      expect(asked).toMatchObject({ status: 401, challenge: expect.stringMatching(/^Basic /) });
      expect(await get(basic(await guide.logIn(WIKI)))).toMatchObject({ status: 401 });
      expect(await get(basic(await guide.logIn(git)))).toMatchObject({ status: 200 });
      expect(Object.fromEntries(remotes())).toMatchObject({ 'remote-user': 'alice' });
    } finally {
      await guide.stop(proxy);
    }
  });
});
