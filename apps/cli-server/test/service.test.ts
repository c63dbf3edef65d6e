/** `service …` and `jwks`: what the commands print, write and refuse. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepIssuerUrl } from '../../../packages/auth-server/src/last-start.ts';
import { administrate, inStore, iso, NOW } from './administrator.ts';
import { dataDir, folder } from './program.ts';

const MONTH = 30 * 24 * 3600;
const WIKI = 'https://wiki.example.org';

const service = (dir: string, ...words: string[]) => administrate(dir, ['service', ...words]);
const said = (dir: string, ...words: string[]) => administrate(dir, ['service', ...words], { json: false });

describe('service', () => {
  it('adds, changes, lists and removes', async () => {
    const dir = await dataDir();
    expect((await said(dir, 'list')).stderr).toContain('No tokens are issued: no service was added yet.');
    const added = await said(dir, 'add', 'wiki', '--audience', WIKI);
    expect(added.stdout).toBe(`Every account can get tokens for ${WIKI}, valid for 5 minutes.\n`);
    expect(added.stderr).toMatch(/^No token is issued before .* start --issuer-url https:\/\/HOST/m);
    const roles = ['--role', 'web', '--role', 'db', '--role', 'web', '--minutes', '60'];
    const event = { event: 'service_added', name: 'graphs', audience: 'http://graphs:3000/' };
    expect((await service(dir, 'add', 'graphs', '--audience', 'http://graphs:3000/', ...roles)).json).toEqual(
      [{ ...event, roles: ['db', 'web'], minutes: 60 }],
    );
    await service(dir, 'add', 'wiki', '--audience', WIKI, '--role', 'staff');
    expect((await said(dir, 'list')).stdout).toBe(
      'Service  Audience                  For                       Valid for\n' +
        'graphs   http://graphs:3000/       one of the roles db, web  60 minutes\n' +
        'wiki     https://wiki.example.org  the role staff            5 minutes\n',
    );
    expect((await said(dir, 'remove', 'graphs')).stdout).toBe(
      'No more tokens are issued for http://graphs:3000/. Those issued before expire within 60 minutes.\n',
    );
    const again = await service(dir, 'remove', 'graphs');
    expect(again).toMatchObject({ exit: 3, json: [{ code: 'unknown_service' }] });
  });

  it('refuses an audience that another service has', async () => {
    const dir = await dataDir();
    await service(dir, 'add', 'wiki', '--audience', WIKI);
    const { exit, json } = await service(dir, 'add', 'other', '--audience', WIKI);
    expect([exit, json]).toMatchObject([3, [{ code: 'audience_taken' }]]);
  });

  it.each([
    ['Wiki', ['--audience', WIKI]],
    ['a b', ['--audience', WIKI]],
    ['wiki', []],
    ['wiki', ['--audience', 'wiki']],
    ['wiki', ['--audience', 'ftp://wiki.example.org']],
    ['wiki', ['--audience', 'https://Wiki.example.org']],
    ['wiki', ['--audience', 'https://wiki.example.org:443']],
    ['wiki', ['--audience', 'https://wiki.example.org/a b']],
    ['wiki', ['--audience', 'https://wiki.example.org/#top']],
    ['wiki', ['--audience', 'https://wiki.example.org/#']],
    ['wiki', ['--audience', 'https://user:pw@wiki.example.org']],
    ['wiki', ['--audience', `https://wiki.example.org/${'x'.repeat(500)}`]],
    ['wiki', ['--audience', `${WIKI}\n`]],
    ['wiki', ['--audience', WIKI, '--role', 'Root']],
    ['wiki', ['--audience', WIKI, '--minutes', '0']],
    ['wiki', ['--audience', WIKI, '--minutes', '61']],
    ['wiki', ['--audience', WIKI, ...Array.from({ length: 33 }, (_, n) => ['--role', `r${n}`]).flat()]],
  ])('refuses %j %j before it asks, in one line', async (name, options) => {
    const done = await administrate(await dataDir(), ['service', 'add', name, ...options], {
      passphrase: 'not this one',
      json: false,
    });
    expect(done.exit).toBe(2);
    expect(done.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('resumes after a restore, with other keys', async () => {
    const dir = await dataDir();
    await service(dir, 'add', 'wiki', '--audience', WIKI);
    expect((await service(dir, 'resume')).json).toEqual([{ event: 'tokens_already_resumed' }]);
    const finding = async () =>
      (await administrate(dir, ['doctor'])).json.filter(({ code }) => code === 'tokens');
    expect(await finding()).toMatchObject([
      { verdict: 'poor', says: expect.stringContaining('issues no tokens') },
    ]);
    const file = join(folder(), 'backup');
    await administrate(dir, ['store', 'backup', file]);
    const restored = await administrate(dir, ['store', 'restore', file, '--replace', '--yes'], {
      json: false,
    });
    expect(restored.stderr).toMatch(/All tokens are invalid.* countersign-server service resume/s);
    expect(await administrate(dir, ['jwks', '--out', '-'])).toMatchObject({
      exit: 3,
      json: [{ code: 'no_keys' }],
    });
    expect(await finding()).toMatchObject([{ verdict: 'poor', says: expect.stringContaining('restored') }]);
    expect((await service(dir, 'resume')).json).toEqual([{ event: 'tokens_resumed' }]);
    await inStore(dir, (store) => keepIssuerUrl(store, 'https://login.example.org'));
    expect(await finding()).toMatchObject([
      {
        verdict: 'good',
        says: expect.stringMatching(/^Tokens are issued for 1 service; a copy of the keys is good until /),
      },
    ]);
    expect(await administrate(dir, ['jwks', '--out', '-'], { json: false })).toMatchObject({ exit: 0 });
  });
});

describe('jwks', () => {
  it('writes the public keys alone, and says until when the copy is good', async () => {
    const dir = await dataDir();
    await service(dir, 'add', 'wiki', '--audience', WIKI);
    const file = join(folder(), 'jwks.json');
    const goodUntil = iso(NOW + 2 * MONTH);
    expect((await administrate(dir, ['jwks', '--out', file])).json).toEqual([
      { event: 'jwks_written', file, keys: 2, goodUntil },
    ]);
    const { keys } = JSON.parse(readFileSync(file, 'utf8'));
    expect(keys).toHaveLength(2);
    for (const key of keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(statSync(file).mode & 0o777).toBe(0o644);
    const printed = await administrate(dir, ['jwks', '--out', '-'], { json: false, now: NOW + 2 * MONTH });
    expect(JSON.parse(printed.stdout)).toEqual({ keys });
    expect(printed.stderr).toMatch(/^This copy is good until /m);
  });

  it('has other keys after service new-keys', async () => {
    const dir = await dataDir();
    await service(dir, 'add', 'wiki', '--audience', WIKI);
    const kids = async () => {
      const { stdout } = await administrate(dir, ['jwks', '--out', '-'], { json: false });
      return JSON.parse(stdout).keys.map(({ kid }: { kid: string }) => kid);
    };
    const before = await kids();
    expect((await administrate(dir, ['service', 'new-keys'], { lines: ['no'] })).exit).toBe(3);
    expect(await kids()).toEqual(before);
    const done = await administrate(dir, ['service', 'new-keys'], { lines: ['yes'] });
    expect(done.json).toEqual([{ event: 'token_keys_replaced' }]);
    const after = await kids();
    expect(after).toHaveLength(2);
    expect(after).not.toEqual(expect.arrayContaining(before.slice(0, 1)));
  });

  it('refuses a path that cannot be written, and leaves what is there', async () => {
    const there = join(folder(), 'taken');
    mkdirSync(there);
    const done = await administrate(await dataDir(), ['jwks', '--out', there], {
      passphrase: 'not this one',
    });
    expect(done).toMatchObject({ exit: 2, json: [{ code: 'unwritable_file' }] });
    expect(existsSync(there)).toBe(true);
  });

  it('without a service there are none', async () => {
    const done = await administrate(await dataDir(), ['jwks', '--out', join(folder(), 'jwks.json')]);
    expect(done).toMatchObject({ exit: 3, json: [{ code: 'no_keys' }] });
  });
});

it('a restore without services pauses no tokens', async () => {
  const dir = await dataDir();
  const file = join(folder(), 'backup');
  await administrate(dir, ['store', 'backup', file]);
  const restored = await administrate(dir, ['store', 'restore', file, '--replace', '--yes']);
  expect(restored.json).toMatchObject([{ event: 'restored', tokensPaused: false }]);
});
