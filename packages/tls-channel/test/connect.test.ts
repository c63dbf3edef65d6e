import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { connectTls, generateIdentity, listenTls, pinOf, renewCertificate } from '../src/index.ts';
import { codeOf, folderWith, freePort, identity, plainServer, startServer } from './harness.ts';

const any = { kind: 'any' } as const;

describe('trust', () => {
  it('in any server connects to any server and reports the pin', async () => {
    const server = await startServer();
    const channel = await connectTls({ ...server, trust: any });
    expect(channel.pin).toBe(pinOf((await identity()).cert));
    expect((await server.next()).pin).toBe(channel.pin);
    expect(server.pin).toBe(channel.pin);
    await channel.close();
  });

  it('in a pin accepts only that key', async () => {
    const server = await startServer();
    await (await connectTls({ ...server, trust: { kind: 'pin', pin: server.pin } })).close();
    const other = pinOf((await generateIdentity({ hosts: ['localhost'] })).cert);
    expect(await codeOf(connectTls({ ...server, trust: { kind: 'pin', pin: other } }))).toBe('pin_mismatch');
  });

  it('in a pin survives a renewed certificate and an expired one', async () => {
    const old = await generateIdentity({ hosts: ['localhost'], days: 1, now: new Date('2020-01-01') });
    const server = await startServer(old);
    const trust = { kind: 'pin', pin: pinOf(old.cert) } as const;
    const visit = async () => await (await connectTls({ ...server, trust })).close();
    expect(await codeOf(visit())).toBe('resolved');
    server.setSecureContext(await renewCertificate(old));
    expect(await codeOf(visit())).toBe('resolved');
  });

  it('in an invalid pin is a caller’s mistake', async () => {
    const trust = { kind: 'pin', pin: 'sha256:abc' } as const;
    await expect(connectTls({ host: 'localhost', port: 1, trust })).rejects.toThrow(TypeError);
  });

  it('in a certificate used as authority covers its names and addresses', async () => {
    const { cert, key } = await generateIdentity({ hosts: ['localhost', '127.0.0.1'] });
    const trust = { kind: 'ca', ca: cert } as const;
    const server = await startServer({ cert, key });
    await (await connectTls({ ...server, trust })).close();
    await (await connectTls({ ...server, host: 'localhost', trust })).close();
    server.setSecureContext(await renewCertificate({ cert, key, hosts: ['login.example'] }));
    expect(await codeOf(connectTls({ ...server, trust }))).toBe('untrusted_certificate');
  });

  withCounterpart('openssl', 'created by OpenSSL', () => {
    it('in an authority accepts what it signed for this host and within its dates, nothing else', async () => {
      const path = folderWith({});
      const run = (...args: string[]) => execFileSync('/usr/bin/openssl', args, { stdio: 'ignore' });
      const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
      run(
        'req',
        '-x509',
        ...ec,
        '-keyout',
        path('ca.key'),
        '-out',
        path('ca.pem'),
        '-subj',
        '/CN=Our authority',
      );
      run(
        'req',
        ...ec,
        '-keyout',
        path('key'),
        '-out',
        path('csr'),
        '-subj',
        '/CN=server',
        '-addext',
        'subjectAltName=DNS:localhost',
      );
      const sign = [
        'x509',
        '-req',
        '-in',
        path('csr'),
        '-CA',
        path('ca.pem'),
        '-CAkey',
        path('ca.key'),
        '-copy_extensions',
        'copy',
      ];
      run(...sign, '-out', path('cert'), '-days', '2');
      run(...sign, '-out', path('old'), '-days', '-1');
      const read = (name: string) => readFileSync(path(name), 'utf8');
      const trust = { kind: 'ca', ca: read('ca.pem') } as const;

      const server = await startServer({ host: 'localhost', cert: read('cert'), key: read('key') });
      const toLocalhost = { ...server, host: 'localhost', trust };
      await (await connectTls(toLocalhost)).close();
      const refusal = (what: string) => ({
        code: 'untrusted_certificate',
        message: expect.stringMatching(new RegExp(`^the certificate of [^ ]+ ${what}`)),
      });
      await expect(connectTls({ ...server, trust })).rejects.toMatchObject(refusal('is for other hosts$'));
      server.setSecureContext({ cert: read('old'), key: read('key') });
      await expect(connectTls(toLocalhost)).rejects.toMatchObject(refusal('has expired$'));
      server.setSecureContext(await identity());
      await expect(connectTls(toLocalhost)).rejects.toMatchObject(refusal('is self-signed, not signed by'));
      // The leaf alone, whose issuer is unknown here: another authority, or a missing intermediate.
      server.setSecureContext({ cert: read('cert'), key: read('key') });
      const other = { kind: 'ca', ca: (await identity()).cert } as const;
      await expect(connectTls({ ...toLocalhost, trust: other })).rejects.toMatchObject(
        refusal('is signed neither by the given authority nor by an intermediate certificate'),
      );
    });
  });

  it('in an authority that is not a certificate is refused before anything is sent', async () => {
    for (const ca of ['', 'nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'])
      expect(await codeOf(connectTls({ host: 'localhost', port: 1, trust: { kind: 'ca', ca } }))).toBe(
        'bad_certificate',
      );
  });
});

describe('connecting', () => {
  it('reports that nothing listens, by address and by name', async () => {
    const port = await freePort();
    for (const host of ['127.0.0.1', 'localhost'])
      expect(await codeOf(connectTls({ host, port, trust: any }))).toBe('refused');
  });

  it('reports an unknown name', async () => {
    expect(await codeOf(connectTls({ host: 'no-such-host.invalid', port: 1, trust: any }))).toBe(
      'unknown_host',
    );
  });

  for (const [what, greeting] of [
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
    ['a frame of ours without TLS', '\0\0\0\x02{}'],
  ] as const)
    it(`reports that the other side speaks ${what}`, async () => {
      const { port } = await plainServer((socket) => socket.write(greeting));
      expect(await codeOf(connectTls({ host: '127.0.0.1', port, trust: any }))).toBe('not_countersign');
    });

  it('reports that the other side hangs up instead of speaking TLS', async () => {
    const { port } = await plainServer((socket) => socket.end());
    expect(await codeOf(connectTls({ host: '127.0.0.1', port, trust: any }))).toBe('connect_failed');
    const reset = await plainServer((socket) => socket.resetAndDestroy());
    expect(await codeOf(connectTls({ host: '127.0.0.1', port: reset.port, trust: any }))).toBe(
      'connect_failed',
    );
  });

  it('times out on a silent server', async () => {
    const { port } = await plainServer(() => {});
    expect(await codeOf(connectTls({ host: '127.0.0.1', port, trust: any, timeout: 30 }))).toBe('timeout');
  });

  it('stops with the reason of the signal, before and during', async () => {
    const { port } = await plainServer((socket) =>
      socket.once('data', () => stop.abort(new Error('Ctrl-C'))),
    );
    const stop = new AbortController();
    const options = { host: '127.0.0.1', port, trust: any, signal: stop.signal };
    await expect(connectTls(options)).rejects.toThrow('Ctrl-C');
    await expect(connectTls(options)).rejects.toThrow('Ctrl-C');
  });

  it('works over IPv6', async () => {
    const server = await startServer({ host: '::1' });
    const channel = await connectTls({ host: '::1', port: server.port, trust: any });
    expect((await server.next()).remoteAddress).toBe('::1');
    await channel.close();
  });

  it('accepts IPv4 clients on a listener for all addresses', async () => {
    const server = await startServer({ host: '::' });
    const channel = await connectTls({ host: '127.0.0.1', port: server.port, trust: any });
    expect((await server.next()).remoteAddress).toBe('::ffff:127.0.0.1');
    await channel.close();
  });
});

describe('listening', () => {
  it('reports a port in use, and an address of another machine', async () => {
    const server = await startServer();
    const options = { ...(await identity()), onChannel: () => {} };
    expect(await codeOf(listenTls({ ...options, host: '127.0.0.1', port: server.port }))).toBe(
      'address_in_use',
    );
    expect(await codeOf(listenTls({ ...options, host: '192.0.2.1', port: 0 }))).toBe('listen_failed');
    expect(await codeOf(listenTls({ ...options, host: 'no-such-host.invalid', port: 0 }))).toBe(
      'listen_failed',
    );
  });

  it('refuses a key of another certificate, at startup and later', async () => {
    const server = await startServer();
    const { key } = await generateIdentity({ hosts: ['a'] });
    const { cert } = await identity();
    const options = { host: '127.0.0.1', port: 0, onChannel: () => {} };
    expect(await codeOf(listenTls({ ...options, key, cert }))).toBe('bad_certificate');
    expect(() => server.setSecureContext({ key, cert })).toThrow(
      expect.objectContaining({ code: 'bad_certificate' }),
    );
    await (await connectTls({ ...server, trust: { kind: 'pin', pin: pinOf(cert) } })).close();
  });

  it('switches to another key while running', async () => {
    const server = await startServer();
    const next = await generateIdentity({ hosts: ['localhost'] });
    server.setSecureContext(next);
    const channel = await connectTls({ ...server, trust: { kind: 'pin', pin: pinOf(next.cert) } });
    expect((await server.next()).pin).toBe(channel.pin);
    await channel.close();
  });
});
