import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../src/errors.ts';
import { postgresBackend } from '../src/postgres/backend.ts';
import type { Environment } from '../src/postgres/hosts.ts';
import { findPassword } from '../src/postgres/password.ts';
import { parseServerUrl, type ServerAddress } from '../src/postgres/url.ts';

const parseAll = (url: string, environment: Environment = {}) => parseServerUrl(url, environment);
const parse = (url: string, environment: Environment = {}): ServerAddress => {
  const [server] = parseAll(url, environment);
  if (server === undefined) throw new Error('no server');
  return server;
};
/** How strict TLS is: `plain`, or what is verified. */
function trust({ ssl, host }: ServerAddress): string {
  if (ssl === false) return 'plain';
  if (ssl.rejectUnauthorized !== true) return 'nothing';
  const stranger = { subject: { CN: 'elsewhere.example' }, subjectaltname: 'DNS:elsewhere.example' };
  // The certificate is for another host, so only a check of the host name rejects it.
  const refused = ssl.checkServerIdentity?.(host, stranger as never) instanceof Error;
  return refused ? 'certificate and name' : 'certificate';
}

describe('the URL of a PostgreSQL server', () => {
  it('specifies user, host, port and database', () => {
    expect(
      parse('postgres://me:s%40crét@db.example:6543/accounts?application_name=x&options=-c%20a%3Db'),
    ).toMatchObject({
      host: 'db.example',
      port: 6543,
      user: 'me',
      password: 's@crét',
      database: 'accounts',
      applicationName: 'x',
      options: '-c a=b',
    });
    expect(parse('postgresql://me@[::1]')).toMatchObject({ host: '::1', port: 5432, database: 'me' });
    for (const url of [
      'postgres://me@%2Frun%2Fpg/db',
      'postgres://me@/db?host=/run/pg',
      'postgres:///db?host=/run/pg&user=me',
    ])
      expect(parse(url)).toMatchObject({ host: '/run/pg', user: 'me', database: 'db', password: undefined });
  });

  it('specifies several hosts, one port for all or one for each, and TLS for each', () => {
    for (const url of [
      'postgres://me@a.example:1,[::1],%2Frun%2Fpg:3/db',
      'postgres://me@/db?host=a.example,::1,/run/pg&port=1,,3',
    ])
      expect(parseAll(url)).toMatchObject([
        { host: 'a.example', port: 1, ssl: { rejectUnauthorized: true }, mustWrite: true },
        { host: '::1', port: 5432, ssl: false },
        { host: '/run/pg', port: 3, ssl: false },
      ]);
    expect(parseAll('postgres://me@/db', { PGHOST: 'a,b', PGPORT: '7' })).toMatchObject([
      { host: 'a', port: 7 },
      { host: 'b', port: 7 },
    ]);
    expect(parse('postgres://me@a/db').mustWrite).toBe(false);
    expect(parse('postgres://me@a/db?target_session_attrs=primary').mustWrite).toBe(true);
    for (const url of [
      'postgres://me@a:1,b:2,c/db?port=1,2',
      'postgres://me@a:1:2/db',
      'postgres://me@a,b/db?target_session_attrs=any',
      'postgres://me@a,b/db?target_session_attrs=prefer-standby',
    ])
      expect(() => parse(url), url).toThrow(TypeError);
  });

  it('defaults to the user of the process when neither URL nor environment names one', () => {
    for (const url of ['postgres://localhost/db', 'postgres://@/db?host=/run/pg', 'postgres:///db'])
      expect(parse(url)).toMatchObject({ user: userInfo().username, database: 'db' });
    const withEmptyHost = 'postgres://me@/db?host=/run/postgresql';
    expect(parse(withEmptyHost)).toMatchObject({
      host: '/run/postgresql',
      user: 'me',
      port: 5432,
      ssl: false,
    });
  });

  it.each([
    ['-c search_path=team', 'team', undefined],
    ['-csearch_path=Team', 'team', undefined],
    ['--search-path=team', 'team', undefined],
    ['-c search_path="My\\ ""Team"""', 'My "Team"', undefined],
    ['-c search_path=a -c search_path=b', 'b', undefined],
    ['-c work_mem=4MB  -c search_path=team --jit=off', 'team', '-c work_mem=4MB --jit=off'],
    ['-c lock_timeout=5', undefined, '-c lock_timeout=5'],
  ])('takes the schema out of the options %s', (options, schema, others) => {
    const url = `postgres://me@host/db?options=${encodeURIComponent(options)}`;
    expect(parse(url)).toMatchObject({ schema, options: others });
  });

  it('is refused with a search path of several schemas or none', () => {
    for (const path of ['a,b', '"$user"\\,public', '', '1a', '"a'])
      expect(
        () => parse(`postgres://me@h/db?options=${encodeURIComponent(`-c search_path=${path}`)}`),
        path,
      ).toThrow(/one schema/);
  });

  it('takes missing parts from the environment', () => {
    const environment = {
      PGHOST: 'db.example',
      PGPORT: '6543',
      PGUSER: 'me',
      PGDATABASE: 'accounts',
      PGPASSWORD: 'x',
    };
    const address = { host: 'db.example', port: 6543, user: 'me', database: 'accounts', password: 'x' };
    expect(parse('postgres://', environment)).toMatchObject(address);
    expect(parse('postgres://you@there:1/that', environment)).toMatchObject({
      host: 'there',
      port: 1,
      user: 'you',
      database: 'that',
    });
    expect(parse('postgres://', { USER: 'me' })).toMatchObject({ host: 'localhost', user: 'me' });
  });

  for (const [url, verified] of [
    ['postgres://me@localhost/db', 'plain'],
    ['postgres://me@127.0.0.1/db', 'plain'],
    ['postgres://me@[::1]/db', 'plain'],
    ['postgres://me@/db?host=/run/pg', 'plain'],
    ['postgres://me@db.example/db', 'certificate and name'],
    ['postgres://me@10.0.0.1/db', 'certificate and name'],
    ['postgres://me@localhost.example/db', 'certificate and name'],
    ['postgres://me@127.0.0.1.example/db', 'certificate and name'],
    ['postgres://me@db.example/db?sslmode=require', 'certificate and name'],
    ['postgres://me@localhost/db?sslmode=require', 'certificate and name'],
    ['postgres://me@db.example/db?sslmode=verify-full', 'certificate and name'],
    ['postgres://me@db.example/db?sslmode=verify-ca', 'certificate'],
    ['postgres://me@db.example/db?sslmode=no-verify', 'nothing'],
    ['postgres://me@db.example/db?sslmode=disable', 'plain'],
  ] as const)
    it(`verifies: ${verified}, with ${url}`, () => {
      expect(trust(parse(url))).toBe(verified);
      expect(trust(parse(url, { PGSSLMODE: 'disable' }))).toBe(verified);
    });

  it('is refused when it is invalid, without being repeated', () => {
    const secret = 'hunter2';
    for (const url of [
      `mysql://me:${secret}@host/db`,
      `${secret}`,
      '',
      `postgres://me:${secret}@host:99999/db`,
      `postgres://me:${secret}@host:0/db`,
      `postgres://me:${secret}%zz@host/db`,
      `postgres://me:${secret}@host/db?sslmode=prefer`,
      `postgres://me:${secret}@host/db?sslmode=allow`,
      `postgres://me:${secret}@host/db?sslmod=disable`,
      `postgres://me:${secret}@host/db?sslrootcert=/there/is/no/such/file`,
      `postgres://me:${secret}@host/db?prepared=always`,
    ]) {
      let failure: unknown;
      try {
        parse(url);
      } catch (error) {
        failure = error;
      }
      expect(failure, url).toBeInstanceOf(TypeError);
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(secret);
    }
  });

  it('does not reveal its password through the back end', async () => {
    const backend = postgresBackend({ url: 'postgres://me:hunter2@127.0.0.1:1/db', patience: 0 });
    const failure = await backend.read(Uint8Array.of(1)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'StoreError', code: 'backend_gone' });
    expect(String(failure)).toContain('127.0.0.1:1');
    for (const shown of [failure, backend])
      expect(inspect(shown, { depth: 9, showHidden: true })).not.toContain('hunter2');
    await backend.close();
  });
});

describe('the password file of PostgreSQL', () => {
  let dir: string;
  let file: string;
  const find = (url: string, contents: string, mode = 0o600) => {
    writeFileSync(file, contents, { mode });
    chmodSync(file, mode);
    return findPassword(parse(url), { PGPASSFILE: file });
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'countersign-pgpass-'));
    file = join(dir, 'pgpass');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('supplies the password of the first matching line', () => {
    const contents = [
      '# comment:5432:db:me:no',
      'host:5432:other:me:other database',
      'host:6543:db:me:other port',
      'host:5432:db:you:other user',
      'too:few:fields',
      'host:5432:db:me:pass word:with\\:colon\\\\and more',
      '*:*:*:me:anywhere',
      'localhost:*:*:*:socket',
      '::1:5432:db:me:not escaped',
      '\\:\\:1:5432:db:you:escaped',
    ].join('\n');
    expect(find('postgres://me@host/db', contents)).toBe('pass word:with:colon\\and more');
    expect(find('postgres://me@elsewhere/db', contents)).toBe('anywhere');
    expect(find('postgres://him@/db?host=/run/pg', contents)).toBe('socket');
    expect(find('postgres://you@[::1]/db', contents)).toBe('escaped');
    expect(find('postgres://me@host/db', contents.replaceAll('\n', '\r\n'))).toBe(
      'pass word:with:colon\\and more',
    );
  });

  it('is not read when the URL has a password', () => {
    expect(find('postgres://me:given@host/db', '*:*:*:*:filed')).toBe('given');
  });

  it('is refused when other users can read or change it', () => {
    for (const mode of [0o640, 0o604, 0o620, 0o602])
      expect(() => find('postgres://me@host/db', '*:*:*:*:filed', mode)).toThrow(StoreError);
  });

  it('is named in the error when it is missing or has no matching line', () => {
    expect(() => find('postgres://him@host/db', 'host:5432:db:me:x')).toThrow(file);
    expect(() => findPassword(parse('postgres://me@host/db'), { HOME: dir })).toThrow(join(dir, '.pgpass'));
  });

  it('leaves no connection behind when it is missing', async () => {
    const server = createServer();
    const closed = new Promise((resolve) => {
      server.on('connection', (socket) => {
        socket.on('close', resolve);
        // The message that asks for a password in plaintext.
        socket.once('data', () => socket.write(Buffer.from('520000000800000003', 'hex')));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    vi.stubEnv('PGPASSFILE', join(dir, 'nothing'));
    try {
      const port = typeof address === 'object' ? address?.port : undefined;
      const backend = postgresBackend({ url: `postgres://me@127.0.0.1:${port}/db` });
      await expect(backend.read(Uint8Array.of(1))).rejects.toThrow(`asks for a password, but ${dir}`);
      await closed;
      await backend.close();
    } finally {
      vi.unstubAllEnvs();
      server.close();
    }
  });
});
