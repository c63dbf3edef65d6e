/** The public HTTP port, and what both ports refuse. */
import { decodeKrl } from '@countersign/ssh-core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sshRecords } from '../src/credentials/records.ts';
import { openHttpPort } from '../src/http/port.ts';
import { ask, openPorts, openPortsFor } from './http-world.ts';
import { certified, loggedIn, makeSshWorld } from './ssh-world.ts';
import { ISSUER, makeTokenWorld } from './token-world.ts';

const anything = z.string();
const json = (body: Buffer) => JSON.parse(body.toString());

describe('a port', () => {
  it.each([
    ['localhost', 200],
    ['127.0.0.1:9000', 200],
    ['127.8.9.10', 200],
    ['[::1]:80', 200],
    ['login.example.org', 200],
    ['LOGIN.example.org:8080', 200],
    ['login.example.org.', 421],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost@evil.example', 421],
    ['localhost/evil', 421],
    ['a b', 421],
  ])('asked as %j answers %i', async (host, status) => {
    const { publicPort } = await openPorts((await makeTokenWorld()).world);
    expect((await ask(publicPort, '/jwks.json', { headers: { host } })).status).toBe(status);
  });

  it('without an issuer answers only to the names of this machine', async () => {
    const at = await makeSshWorld();
    const { publicPort } = await openPortsFor(at.world, undefined);
    const krl = (host: string) => ask(publicPort, '/ssh/krl', { headers: { host } });
    expect([(await krl('localhost')).status, (await krl('login.example.org')).status]).toEqual([200, 421]);
    for (const path of ['/jwks.json', '/.well-known/openid-configuration'])
      expect((await ask(publicPort, path)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('refuses the method %s', async (method) => {
    const { publicPort } = await openPorts((await makeTokenWorld()).world);
    const { status, headers } = await ask(publicPort, '/jwks.json', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    '/',
    '/verify',
    '/metrics',
    '/jwks.json/',
    '//jwks.json',
    '/__proto__',
    '/toString',
    '/ssh/../jwks.json',
  ])('the public one has nothing at %s', async (path) => {
    const { publicPort } = await openPorts((await makeTokenWorld()).world);
    expect((await ask(publicPort, path)).status).toBe(404);
  });

  it('answers HEAD without a body, and long headers not at all', async () => {
    const { publicPort } = await openPorts((await makeTokenWorld()).world);
    const { status, headers, body } = await ask(publicPort, '/jwks.json', { method: 'HEAD' });
    expect([status, body.length, Number(headers['content-length']) > 100]).toEqual([200, 0, true]);
    const long = { headers: { 'x-long': 'x'.repeat(20_000) } };
    expect((await ask(publicPort, '/jwks.json', long)).status).toBe(431);
  });

  it('reports an unexpected error, and says nothing about it', async () => {
    const failures: unknown[] = [];
    const port = await openHttpPort({ port: 0, onFailure: (error) => failures.push(error) });
    port.add({
      '/broken': () => {
        throw new Error('secret');
      },
    });
    const { status, body } = await ask(port.port, '/broken');
    expect([status, body.toString(), failures.length]).toEqual([500, 'internal error\n', 1]);
    await port.close();
  });
});

it('the discovery document names the issuer and the keys, and all arrays that verifiers require', async () => {
  const at = await makeTokenWorld();
  const { publicPort } = await openPorts(at.world);
  const { headers, body } = await ask(publicPort, '/.well-known/openid-configuration');
  expect(headers['content-type']).toBe('application/json');
  expect(json(body)).toEqual({
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
  const keys = await ask(publicPort, '/jwks.json');
  expect(json(keys.body)).toEqual((await at.world.services.tokens.publishedKeys()).jwks);
});

describe('/ssh/krl', () => {
  it('has the same ETag until something else is revoked, and answers 304 to a client that sends it', async () => {
    const at = await makeSshWorld();
    const { publicPort } = await openPorts(at.world);
    const { peer } = await loggedIn(at, 'alice', 'web');
    const { serial } = await certified(peer);
    const first = await ask(publicPort, '/ssh/krl');
    const etag = String(first.headers.etag);
    at.world.now += 60;
    const later = await ask(publicPort, '/ssh/krl');
    expect(later.headers.etag).toBe(etag);
    expect(decodeKrl(later.body).generatedAt).toBe(at.world.now);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const { status, body } = await ask(publicPort, '/ssh/krl', { headers: { 'if-none-match': known } });
      expect([status, body.length]).toEqual([304, 0]);
    }
    await at.ssh.revoke(serial);
    at.world.now += 5;
    const changed = await ask(publicPort, '/ssh/krl', { headers: { 'if-none-match': etag } });
    expect(changed.status).toBe(200);
    expect(decodeKrl(changed.body).certificates[0]?.serials).toEqual([serial]);
  });

  it('is computed once in five seconds', async () => {
    const at = await makeSshWorld();
    const { publicPort } = await openPorts(at.world);
    const { peer } = await loggedIn(at, 'alice', 'web');
    const { serial } = await certified(peer);
    const before = await ask(publicPort, '/ssh/krl');
    await at.ssh.revoke(serial);
    at.world.now += 4;
    expect((await ask(publicPort, '/ssh/krl')).body).toEqual(before.body);
    at.world.now += 1;
    expect((await ask(publicPort, '/ssh/krl')).body).not.toEqual(before.body);
  });

  it('answers with an error while the list cannot be computed, and with the list afterwards', async () => {
    const at = await makeSshWorld();
    const { publicPort, failures } = await openPorts(at.world);
    const { authorities } = sshRecords(at.world.store);
    const entry = await authorities.read();
    if (!entry) throw new Error('there is no authority');
    const broken = at.world.store.collection('ssh-authorities', anything);
    await broken.remove('ssh');
    await broken.insert('ssh', 'not a list');
    const { status, body } = await ask(publicPort, '/ssh/krl');
    expect([status, body.toString(), failures.length]).toEqual([503, 'the store cannot be used\n', 1]);
    await broken.remove('ssh');
    await authorities.keep(entry.value);
    expect((await ask(publicPort, '/ssh/krl')).status).toBe(200);
  });
});
