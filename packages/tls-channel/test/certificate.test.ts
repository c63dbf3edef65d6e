import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { connectTls, generateIdentity, isPin, openIdentity, pinOf, renewCertificate } from '../src/index.ts';
import { codeOf, folderWith, identity, LOGIN_START, startServer } from './harness.ts';

const NOW = new Date('2031-03-01T12:00:00Z');

describe('a generated certificate', () => {
  withCounterpart('openssl', 'compared with OpenSSL', () => {
    it('is P-256, self-signed with SHA-256, for a server and not an authority', async () => {
      const { key, cert } = await identity();
      const path = folderWith({ cert, key });
      const text = execFileSync('/usr/bin/openssl', ['x509', '-in', path('cert'), '-noout', '-text'], {
        encoding: 'utf8',
      });
      expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
      expect(text).toContain('ASN1 OID: prime256v1');
      expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
      expect(text).toMatch(/Key Usage: critical\s+Digital Signature\n/);
      expect(text).toContain('TLS Web Server Authentication');
      expect(text).toMatch(/Version: 3/);
      expect(
        execFileSync('/usr/bin/openssl', ['pkey', '-in', path('key'), '-check', '-noout'], {
          encoding: 'utf8',
        }),
      ).toContain('valid');
      const parsed = new X509Certificate(cert);
      expect(parsed.verify(parsed.publicKey)).toBe(true);
    });
  });

  it('is valid for the requested days, and for the hour before for slow clocks', async () => {
    const { cert } = await generateIdentity({ hosts: ['example.org'], days: 30, now: NOW });
    const parsed = new X509Certificate(cert);
    expect(new Date(parsed.validFrom)).toEqual(new Date('2031-03-01T11:00:00Z'));
    expect(new Date(parsed.validTo)).toEqual(new Date('2031-03-31T12:00:00Z'));
  });

  it('can be valid beyond 2050, where the date format changes', async () => {
    const { cert } = await generateIdentity({ hosts: ['example.org'], days: 36_500, now: NOW });
    expect(new Date(new X509Certificate(cert).validTo)).toEqual(new Date('2131-02-05T12:00:00Z'));
  });

  it('is for names, IPv4 and IPv6 addresses', async () => {
    const hosts = ['Login.Example.org', '10.1.2.3', '2001:db8::1', 'bücher.example', 'under_score.local'];
    const parsed = new X509Certificate((await generateIdentity({ hosts })).cert);
    expect(parsed.checkHost('login.example.org')).toBeDefined();
    expect(parsed.checkHost('xn--bcher-kva.example')).toBeDefined();
    expect(parsed.checkHost('under_score.local')).toBeDefined();
    expect(parsed.checkHost('example.org')).toBeUndefined();
    expect(parsed.checkIP('10.1.2.3')).toBeDefined();
    expect(parsed.checkIP('2001:db8::1')).toBeDefined();
    expect(parsed.checkIP('10.1.2.4')).toBeUndefined();
  });

  it('refuses hosts and days that a certificate cannot contain', async () => {
    for (const hosts of [
      [],
      [''],
      ['a b'],
      ['a,DNS:evil'],
      ['*'],
      ['fe80::1%eth0'],
      ['-'],
      ['a\n'],
      ['x'.repeat(254)],
    ])
      await expect(generateIdentity({ hosts }), JSON.stringify(hosts)).rejects.toThrow(RangeError);
    for (const days of [0, -1, 1.5, Number.NaN, 36_501])
      await expect(generateIdentity({ hosts: ['a'], days })).rejects.toThrow('"days" expected 1 to 36500');
  });

  it('has a unique, well-formed serial number', async () => {
    const serials = new Set<string>();
    for (let round = 0; round < 40; round += 1)
      serials.add(new X509Certificate((await generateIdentity({ hosts: ['a'] })).cert).serialNumber);
    expect(serials.size).toBe(40);
  });
});

describe('renewal', () => {
  it('keeps the key, the pin and the hosts', async () => {
    const old = await generateIdentity({
      hosts: ['login.example', '10.0.0.1', '2001:db8::7'],
      days: 1,
      now: NOW,
    });
    const renewed = await renewCertificate({ ...old, days: 90, now: new Date(NOW.getTime() + 80_000_000) });
    expect(renewed.key).toBe(old.key);
    expect(renewed.cert).not.toBe(old.cert);
    expect(pinOf(renewed.cert)).toBe(pinOf(old.cert));
    const [before, after] = [new X509Certificate(old.cert), new X509Certificate(renewed.cert)];
    expect(after.subjectAltName).toBe(before.subjectAltName);
    expect(new Date(after.validTo).getTime()).toBeGreaterThan(new Date(before.validTo).getTime());
    expect(() => openIdentity(renewed)).not.toThrow();
  });

  it('can change the hosts', async () => {
    const renewed = await renewCertificate({ ...(await identity()), hosts: ['other.example'] });
    expect(new X509Certificate(renewed.cert).subjectAltName).toBe('DNS:other.example');
  });

  withCounterpart('openssl', 'compared with OpenSSL', () => {
    it('is only for keys of the generated kind', async () => {
      const path = folderWith({});
      const args = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=x',
        '-keyout',
        path('key'),
        '-out',
        path('cert'),
      ];
      execFileSync('/usr/bin/openssl', args, { stdio: 'ignore' });
      const read = (name: string) => readFileSync(path(name), 'utf8');
      expect(await codeOf(renewCertificate({ key: read('key'), cert: read('cert') }))).toBe(
        'bad_certificate',
      );
    });
  });
});

describe('a given key and certificate', () => {
  it('are refused if they are not PEM or do not match, without revealing the key', async () => {
    const [one, two] = [await identity(), await generateIdentity({ hosts: ['a'] })];
    for (const pair of [
      { key: one.key, cert: two.cert },
      { key: one.cert, cert: one.cert },
      { key: one.key, cert: one.key },
      { key: one.key.slice(0, 80), cert: one.cert },
      { key: '', cert: '' },
    ]) {
      const open = () => openIdentity(pair);
      expect(open).toThrow(expect.objectContaining({ code: 'bad_certificate' }));
      expect(open).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
    }
  });

  withCounterpart('openssl', 'compared with OpenSSL', () => {
    it.each([
      ['secp256k1', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1'], 'on the curve secp256k1'],
      ['P-224', ['ec', '-pkeyopt', 'ec_paramgen_curve:secp224r1'], 'on the curve secp224r1'],
      ['brainpool', ['ec', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'], 'on the curve brainpoolP256r1'],
      ['DSA', undefined, 'of type dsa'],
    ])('are refused when TLS 1.3 has no signature for them: %s', async (_name, kind, reason) => {
      const path = folderWith({});
      const run = (...args: string[]) => execFileSync('/usr/bin/openssl', args, { stdio: 'ignore' });
      const out = ['-nodes', '-subj', '/CN=x', '-keyout', path('key'), '-out', path('cert')];
      if (kind) run('req', '-x509', '-newkey', ...kind, ...out);
      else {
        run('dsaparam', '-out', path('parameters'), '2048');
        run('gendsa', '-out', path('key'), path('parameters'));
        run('req', '-x509', '-key', path('key'), '-subj', '/CN=x', '-out', path('cert'));
      }
      const given = { key: readFileSync(path('key'), 'utf8'), cert: readFileSync(path('cert'), 'utf8') };
      expect(() => openIdentity(given)).toThrow(
        expect.objectContaining({ code: 'bad_certificate', message: expect.stringContaining(reason) }),
      );
      // Swapping it in while running changes nothing for clients.
      const server = await startServer();
      expect(() => server.setSecureContext(given)).toThrow(
        expect.objectContaining({ code: 'bad_certificate' }),
      );
      await (await connectTls({ ...server, trust: { kind: 'pin', pin: server.pin } })).close();
    });

    it.each(['P-256', 'P-384', 'P-521', 'ed25519', 'ed448', 'rsa:2048'])(
      'are accepted if TLS 1.3 supports them: %s',
      async (kind) => {
        const path = folderWith({});
        const curve = kind.startsWith('P-') ? ['ec', '-pkeyopt', `ec_paramgen_curve:${kind}`] : [kind];
        const out = ['-nodes', '-subj', '/CN=x', '-keyout', path('key'), '-out', path('cert')];
        execFileSync('/usr/bin/openssl', ['req', '-x509', '-newkey', ...curve, ...out], { stdio: 'ignore' });
        const given = { key: readFileSync(path('key'), 'utf8'), cert: readFileSync(path('cert'), 'utf8') };
        const server = await startServer(given);
        const client = await connectTls({ ...server, trust: { kind: 'pin', pin: pinOf(given.cert) } });
        const peer = await server.next();
        await client.send(LOGIN_START);
        expect(await peer.receive()).toEqual(LOGIN_START);
        client.destroy();
      },
    );

    it.each([[['pkcs8', '-topk8']], [['ec', '-aes128']]])(
      'are refused when the key is encrypted: openssl %s',
      async (command) => {
        const { key, cert } = await identity();
        const path = folderWith({ key });
        const args = ['-in', path('key'), '-out', path('locked'), '-passout', 'pass:hush'];
        execFileSync('/usr/bin/openssl', [...command, ...args], { stdio: 'ignore' });
        expect(() => openIdentity({ key: readFileSync(path('locked'), 'utf8'), cert })).toThrow(
          expect.objectContaining({
            code: 'bad_certificate',
            message: expect.stringContaining('is encrypted'),
          }),
        );
      },
    );

    it('are refused if they are too weak for TLS', () => {
      const path = folderWith({});
      const request = ['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-subj', '/CN=x'];
      execFileSync('/usr/bin/openssl', [...request, '-keyout', path('key'), '-out', path('cert')], {
        stdio: 'ignore',
      });
      const [key, cert] = ['key', 'cert'].map((name) => readFileSync(path(name), 'utf8'));
      expect(() => openIdentity({ key: key ?? '', cert: cert ?? '' })).toThrow(
        expect.objectContaining({ code: 'bad_certificate' }),
      );
    });
  });
});

describe('a pin', () => {
  withCounterpart('openssl', 'compared with OpenSSL', () => {
    it('is the hash of the public key that OpenSSL prints', async () => {
      const { cert } = await identity();
      const path = folderWith({ cert });
      const pem = execFileSync('/usr/bin/openssl', ['x509', '-in', path('cert'), '-noout', '-pubkey']);
      const der = execFileSync('/usr/bin/openssl', ['pkey', '-pubin', '-outform', 'DER'], { input: pem });
      const expected = `sha256:${createHash('sha256').update(der).digest('base64url')}`;
      expect(pinOf(cert)).toBe(expected);
      expect(pinOf(new X509Certificate(cert).raw)).toBe(expected);
      expect(isPin(expected)).toBe(true);
    });
  });

  it('has one canonical form', async () => {
    const pin = pinOf((await identity()).cert);
    for (const text of [
      '',
      pin.slice(0, -1),
      `${pin}=`,
      `${pin} `,
      `${pin}\n`,
      pin.replace('sha256', 'sha1'),
      pin.toUpperCase(),
      `${pin.slice(0, -1)}B`,
    ])
      expect(isPin(text), JSON.stringify(text)).toBe(false);
  });
});
