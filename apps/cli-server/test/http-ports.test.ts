/** The two HTTP ports of `start`. */
import { describe, expect, it } from 'vitest';
import { addAccounts, administrate } from './administrator.ts';
import { addresses, ISSUER, issueToken, PORTS, verify } from './http-ports.ts';
import { dataDir } from './program.ts';
import { ONCE, start } from './starting.ts';

const WIKI = 'https://wiki.example.org';

describe('start --http-port and --metrics-port', () => {
  it('publishes keys and the revocation list, and checks tokens for this machine only', async () => {
    const dir = await dataDir();
    await addAccounts(dir, { username: 'alice' });
    await administrate(dir, ['service', 'add', 'wiki', '--audience', WIKI], { now: Date.now() / 1000 });
    const { open, own } = await addresses(start(dir, ONCE, ...PORTS));
    const [configuration, keys] = await Promise.all(
      ['/.well-known/openid-configuration', '/jwks.json'].map(async (path) =>
        (await fetch(open + path)).json(),
      ),
    );
    expect(configuration).toMatchObject({ issuer: ISSUER, jwks_uri: `${ISSUER}/jwks.json` });
    expect(keys).toMatchObject({ keys: [{ alg: 'ES256' }, { alg: 'ES256' }] });
    expect((await fetch(`${open}/ssh/krl`)).status).toBe(200);
    expect(await (await fetch(`${own}/healthz`)).text()).toBe('ok\n');
    const token = await issueToken(dir, 'alice', WIKI);
    const answer = await verify(own, WIKI, token);
    expect([answer.status, answer.headers.get('remote-user'), answer.headers.get('remote-groups')]).toEqual([
      204,
      'alice',
      '',
    ]);
    expect((await verify(own, 'https://other.example.org', token)).status).toBe(401);
    await administrate(dir, ['user', 'disable', 'alice']);
    expect((await verify(own, WIKI, token)).status).toBe(401);
    for (const path of ['/verify', '/metrics', '/healthz'])
      expect((await fetch(open + path)).status).toBe(404);
    expect((await fetch(`${own}/jwks.json`)).status).toBe(404);
  });

  it('warns that a service gets no tokens without an issuer URL, and a later one with it does not', async () => {
    const dir = await dataDir();
    await administrate(dir, ['service', 'add', 'wiki', '--audience', WIKI]);
    const without = start(dir, ONCE);
    await without.listening();
    expect(without.stderr).toContain('No tokens are issued without --issuer-url');
    await without.end();
    const running = start(dir, ONCE, '--issuer-url', ISSUER);
    await running.listening();
    expect(running.stderr).not.toContain('No tokens are issued');
    const { stderr } = await administrate(dir, ['service', 'add', 'wiki', '--audience', WIKI], {
      json: false,
    });
    expect(stderr).not.toContain('No token is issued');
  });

  it('ends with 6 if a port is in use, before it asks for the passphrase', async () => {
    const { open } = await addresses(start(await dataDir(), ONCE, ...PORTS));
    const second = start(await dataDir(), '', '--http-port', new URL(open).port);
    expect(await second.ended).toBe(6);
    expect(second.stderr).toMatch(/^Error: Port \d+ cannot be used: .* Choose another --http-port\.\n$/);
  });
});
