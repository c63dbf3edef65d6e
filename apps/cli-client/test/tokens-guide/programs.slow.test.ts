/** Programs that check tokens or send them, with the snippets of docs/tokens.md: jose, PyJWT, git and kubectl. */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { execFileSync } from '../../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../../scripts/test/with-counterpart.ts';
import { Guide } from './guide.ts';
import { blocksOf, claimsOf, commandsOf } from './text.ts';

const WIKI = 'https://wiki.example.org';
const KUBE = 'https://kube.example.org';
const GIT = 'https://git.example.org';

let guide: Guide;
let issued: Promise<string> | undefined;
beforeAll(async () => {
  guide = await Guide.start();
  for (const line of commandsOf('On the server').slice(0, 3)) await guide.succeed(line);
  await guide.startServer();
});
afterAll(() => guide.close());

/** One token for all tests. */
function wikiToken(): Promise<string> {
  issued ??= guide.logIn(WIKI);
  return issued;
}

/** Tokens that no program accepts: another service's, a damaged one, an unsigned one. */
async function badTokens(token: string): Promise<string[]> {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  await guide.succeed(`countersign-server service add other --audience https://other.example.org`);
  return [
    await guide.logIn('https://other.example.org'),
    `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
    `${none}.${claims}.`,
  ];
}

/** The snippet for jose, as a module that checks tokens for an audience. */
async function joseFor(audience: string): Promise<(token: string) => Promise<Record<string, unknown>>> {
  const [snippet = ''] = blocksOf('In a program', 'js');
  const path = guide.path(`verify-${Buffer.from(audience).toString('hex')}.mjs`);
  writeFileSync(path, guide.adapted(snippet).replace(WIKI, guide.adapted(audience)));
  return (await import(pathToFileURL(path).href)).userOf;
}

/** An https server that answers with `answer` to clients with a token for the audience. */
async function serveHttps(
  audience: string,
  port: number,
  scheme: 'Bearer' | 'Basic',
  answer: (path: string) => string | Uint8Array | undefined,
): Promise<{ readonly server: Server; readonly port: number; readonly users: unknown[] }> {
  const userOf = await joseFor(audience);
  const users: unknown[] = [];
  const tls = { key: readFileSync(guide.path('tls.key')), cert: guide.cert };
  const answerTo = async ({ headers, url = '' }: IncomingMessage, response: ServerResponse) => {
    const [, sent = ''] = /^(?:Bearer|Basic) (.*)$/.exec(headers.authorization ?? '') ?? [];
    const password = Buffer.from(sent, 'base64')
      .toString()
      .replace(/^[^:]*:/, '');
    const user = await userOf(scheme === 'Basic' ? password : sent).catch(() => undefined);
    if (!user) return response.writeHead(401, { 'www-authenticate': `${scheme} realm="test"` }).end();
    users.push(user);
    const content = answer(new URL(url, 'https://x').pathname);
    return response.writeHead(content === undefined ? 404 : 200).end(content);
  };
  const server = createServer(tls, (request, response) => void answerTo(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, users };
}

it('jose accepts the token, and no other', async () => {
  const token = await wikiToken();
  const userOf = await joseFor(WIKI);
  const claims = claimsOf(token);
  expect(claims).toMatchObject({ preferred_username: 'alice', roles: ['editor'] });
  expect(await userOf(token)).toEqual({ uid: claims.sub, name: 'alice', roles: ['editor'] });
  const [described = ''] = blocksOf('What a token says', 'json');
  expect(Object.keys(claims).sort()).toEqual(Object.keys(JSON.parse(described)).sort());
  for (const bad of await badTokens(token)) await expect(userOf(bad)).rejects.toThrow();
});

withCounterpart(['python3-jwt', 'python3-cryptography'], 'PyJWT', () => {
  it('accepts the token, and no other', async () => {
    const [snippet = ''] = blocksOf('In a program', 'python');
    const check = [
      guide.adapted(snippet),
      'import json, sys',
      'for token in sys.argv[1:]:',
      '    try:',
      '        print(json.dumps(user_of(token)))',
      '    except (jwt.PyJWTError, jwt.exceptions.PyJWKClientError):',
      '        print("null")',
    ].join('\n');
    const token = await wikiToken();
    const argv = ['-c', check, token, ...(await badTokens(token))];
    const lines = execFileSync('/usr/bin/python3', argv, { encoding: 'utf8' }).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ name: 'alice', roles: ['editor'] }),
      null,
      null,
      null,
    ]);
  });
});

it('the copy of the public keys is what the server publishes, also after a theft', async () => {
  const [copy = ''] = commandsOf('In a program');
  const [replace = ''] = commandsOf('Keys');
  const published = async () => (await fetch(`http://127.0.0.1:${guide.ports.http}/jwks.json`)).text();
  const before = await published();
  await guide.succeed(copy);
  expect(JSON.parse(readFileSync(guide.path('jwks.json'), 'utf8'))).toEqual(JSON.parse(before));
  const { kid } = JSON.parse(Buffer.from((await wikiToken()).split('.')[0] ?? '', 'base64url').toString());
  expect(before).toContain(kid);
  await guide.succeed(`${replace} --yes`);
  expect(await published()).not.toContain(kid);
  issued = undefined;
});

withCounterpart(['git', 'bash'], 'git', () => {
  it('clones with the token, asks nothing without one, and forgets a refused one', async () => {
    const repository = guide.path('web', 'team.git');
    const work = guide.path('work');
    const http = [
      `sslCAInfo = ${guide.path('tls.pem')}`,
      `curloptResolve = git.example.org:${guide.proxyPort}:127.0.0.1`,
    ];
    writeFileSync(guide.path('home', '.gitconfig'), `[http]\n${http.join('\n')}\n`);
    for (const command of [
      `git init -q '${work}' && cd '${work}' && git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m first`,
      `git clone -q --bare '${work}' '${repository}' && git -C '${repository}' update-server-info`,
    ])
      await guide.succeed(command);
    await guide.succeed(`countersign-server service add git --audience ${GIT}`);
    const { server, users } = await serveHttps(GIT, guide.proxyPort, 'Basic', (path) => {
      try {
        return readFileSync(join(guide.path('web'), path));
      } catch {
        return undefined; // git looks for files that a repository can do without
      }
    });
    try {
      const [reset = '', helper = '', logIn = '', clone = ''] = commandsOf('git');
      for (const line of [reset, helper]) await guide.succeed(line);
      const refused = await guide.run(clone);
      expect(refused).toMatchObject({
        exit: 128,
        stderr: expect.stringContaining('Run first: countersign token'),
      });
      expect(refused.stderr).not.toMatch(/could not read (?:Username|Password)/);

      await guide.logIn(GIT);
      await guide.succeed(logIn);
      await guide.succeed(clone);
      expect(users[0]).toMatchObject({ name: 'alice' });
      expect(readFileSync(join(guide.path('team'), '.git', 'HEAD'), 'utf8')).toContain('refs/heads');

      // Another service's token in its place, which the server refuses.
      const { stdout } = await guide.succeed(`countersign token ${GIT}`);
      await guide.succeed('cd run/countersign && sed -i \'s/\\("token":"[^.]*\\.[^.]*\\.\\)./\\1_/\' *.json');
      expect((await guide.succeed(`countersign token ${GIT}`)).stdout).not.toBe(stdout);
      expect(await guide.run('git -C team fetch')).toMatchObject({ exit: 128 });
      expect(await guide.run(`countersign token ${GIT}`)).toMatchObject({ exit: 3 });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

withCounterpart(['kubectl', 'bash'], 'kubectl', () => {
  it('sends the token, and fails with the command to run when there is none', async () => {
    const [add = ''] = commandsOf('kubectl');
    await guide.succeed(add.replace('--role ops', '--role editor'));
    const { server, port, users } = await serveHttps(KUBE, 0, 'Bearer', () => '{"major":"1","minor":"30"}');
    try {
      const { stdout: version } = await guide.run('kubectl version --client 2>&1');
      const isOld = /GitVersion:"v1\.(?:1\d|20|21)\.|Client Version: v1\.(?:1\d|20|21)\./.test(version);
      const [users_ = ''] = blocksOf('kubectl', 'yaml');
      const config = [
        'apiVersion: v1',
        'kind: Config',
        'current-context: test',
        'clusters:',
        '  - name: test',
        `    cluster: { server: "https://127.0.0.1:${port}", certificate-authority: "${guide.path('tls.pem')}" }`,
        'contexts:',
        '  - name: test',
        '    context: { cluster: test, user: countersign }',
        isOld ? users_.replace('k8s.io/v1', 'k8s.io/v1beta1').replace(/^ *interactiveMode.*\n/m, '') : users_,
      ];
      writeFileSync(guide.path('kubeconfig'), config.join('\n'));
      const env = { KUBECONFIG: guide.path('kubeconfig') };
      const none = await guide.run('kubectl get --raw /version', env);
      expect(none.exit).not.toBe(0);
      expect(none.stderr).toContain(`Run first: countersign token ${KUBE}`);
      await guide.logIn(KUBE);
      expect(await guide.succeed('kubectl get --raw /version', env)).toMatchObject({
        stdout: expect.stringContaining('"minor":"30"'),
      });
      expect(users[0]).toMatchObject({ name: 'alice', roles: ['editor'] });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
