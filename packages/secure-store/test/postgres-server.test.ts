import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { execFile } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { bytes } from './backend-contract.ts';
import { coded } from './fixtures.ts';
import { audit, load, restartsUnderLoad } from './postgres-load.ts';
import { askServer } from './postgres-place.ts';
import { useCluster } from './use-cluster.ts';

withCounterpart(['postgresql-programs', 'coreutils', 'openssl'], 'a PostgreSQL server', () => {
  const server = useCluster();

  it('loses nothing acknowledged when it is stopped at once and started under load', async () => {
    const { backend } = await server.openPlace();
    await restartsUnderLoad(server.cluster, backend, { mode: 'immediate', restarts: 1 });
  });

  it('causes a coded error while it is away, and works again when it is back', async () => {
    const { backend } = await server.openPlace({ patience: 300 });
    await backend.commit({ checks: [], writes: [{ key: bytes('a'), value: bytes('1') }], durable: true });
    await server.cluster.stop('fast');
    try {
      await expect(backend.read(bytes('a'))).rejects.toEqual(coded('backend_gone'));
      await expect(backend.commit({ checks: [], writes: [], durable: true })).rejects.toMatchObject({
        code: 'backend_gone',
        settled: true,
      });
    } finally {
      await server.cluster.start();
    }
    expect(await backend.read(bytes('a'))).toEqual(bytes('1'));
  });

  it('ends a scan with a coded error when its connection is lost', async () => {
    const { place, backend } = await server.openPlace();
    const writes = Array.from({ length: 600 }, (_, i) => ({ key: bytes(`k${i}`), value: bytes('1') }));
    await backend.commit({ checks: [], writes, durable: true });
    const scan = async () => {
      for await (const { key } of backend.scan({ prefix: bytes('') }))
        if (String(key) === String(bytes('k0')))
          await place.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign'",
          );
    };
    await expect(scan()).rejects.toEqual(coded('backend_gone'));
    expect(await backend.read(bytes('k0'))).toEqual(bytes('1'));
  });

  describe('with TLS and passwords', () => {
    const PASSWORD = 'correct horse: battery staple';
    const file = (name: string) => join(server.cluster.dir, name);
    const openssl = (...args: string[]) => execFile('openssl', args, { cwd: server.cluster.dir });
    const certificate = async (name: string, subject: string, extensions: string) => {
      writeFileSync(file(`${name}.ext`), extensions);
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        `${name}.key`,
      ];
      await openssl('req', '-new', ...key, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
      const issuer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
      await openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...issuer,
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.crt`,
      );
    };
    const url = (user: string, host: string, parameters: Record<string, string>) =>
      `postgres://${user}@${host}:${server.cluster.port}/postgres?${new URLSearchParams(parameters).toString()}`;
    /** Through the Unix socket, which needs no TLS. */
    let local: string;
    /** Whether the connections of this application are encrypted. */
    const encrypted = async () =>
      (
        await askServer(
          local,
          "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'countersign'",
        )
      ).flat();
    const refusal = async (target: string) => {
      const failure = await server
        .open({ url: target })
        .read(bytes('a'))
        .catch((error: unknown) => error);
      expect(failure).toEqual(coded('backend_gone'));
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('battery');
      return String(failure);
    };

    beforeAll(async () => {
      local = `postgres://postgres@${encodeURIComponent(server.cluster.dir)}:${server.cluster.port}/postgres`;
      const ca = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
      await openssl('req', '-x509', ...ca, '-subj', '/CN=Test authority', '-days', '2', '-out', 'ca.crt');
      await certificate('server', 'localhost', 'subjectAltName=DNS:localhost');
      await certificate('client', 'carol', 'extendedKeyUsage=clientAuth');
      for (const name of ['server.crt', 'server.key', 'ca.crt'])
        server.cluster.write(name, (await execFile('cat', [file(name)])).stdout);
      await askServer(server.cluster.url, `CREATE ROLE alice LOGIN PASSWORD '${PASSWORD}'`);
      await askServer(server.cluster.url, 'CREATE ROLE carol LOGIN');
      server.cluster.write(
        'pg_hba.conf',
        [
          'local all postgres trust',
          'hostssl all carol 127.0.0.1/32 cert',
          'hostssl all alice 127.0.0.1/32 scram-sha-256',
          'hostssl all postgres 127.0.0.1/32 trust',
        ].join('\n'),
      );
      server.cluster.write('postgresql.auto.conf', "ssl = on\nssl_ca_file = 'ca.crt'\n");
      await server.cluster.stop('fast');
      await server.cluster.start();
    });
    afterEach(() => vi.unstubAllEnvs());

    it('is accepted when its certificate and host name are valid', async () => {
      const options = '-csearch_path=encrypted';
      await askServer(local, 'CREATE SCHEMA encrypted');
      const parameters = { sslmode: 'verify-full', sslrootcert: file('ca.crt'), options };
      const backend = server.open({ url: url('postgres', 'localhost', parameters) });
      const books = await load(backend, 8, ({ acknowledged }) => acknowledged.length >= 100);
      await audit(backend, books);
      expect(new Set(await encrypted())).toEqual(new Set([true]));
    });

    it('is refused when its certificate has an unknown authority', async () => {
      expect(await refusal(url('postgres', 'localhost', { sslmode: 'require' }))).toContain('certificate');
    });

    it('is refused when its certificate is for another host', async () => {
      const target = url('postgres', '127.0.0.1', { sslmode: 'verify-full', sslrootcert: file('ca.crt') });
      expect(await refusal(target)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    });

    it('is verified less strictly when the URL says so', async () => {
      for (const parameters of [
        { sslmode: 'verify-ca', sslrootcert: file('ca.crt') },
        { sslmode: 'no-verify' },
      ]) {
        const backend = server.open({ url: url('postgres', '127.0.0.1', parameters) });
        expect(await backend.read(bytes('a'))).toBeUndefined();
        // The connection before can still be closing.
        expect(new Set(await encrypted())).toEqual(new Set([true]));
        await backend.close();
      }
      expect(await refusal(url('postgres', '127.0.0.1', { sslmode: 'verify-ca' }))).toContain('certificate');
    });

    it('receives a client certificate on request', async () => {
      const parameters = { sslmode: 'verify-full', sslrootcert: file('ca.crt') };
      const own = { ...parameters, sslcert: file('client.crt'), sslkey: file('client.key') };
      expect(await server.open({ url: url('carol', 'localhost', own) }).read(bytes('a'))).toBeUndefined();
      await refusal(url('carol', 'localhost', parameters));
    });

    it('receives the password from the file in PGPASSFILE', async () => {
      const target = url('alice', 'localhost', { sslmode: 'verify-full', sslrootcert: file('ca.crt') });
      writeFileSync(file('pgpass'), `localhost:*:postgres:alice:${PASSWORD.replace(':', '\\:')}\n`, {
        mode: 0o600,
      });
      vi.stubEnv('PGPASSFILE', file('pgpass'));
      expect(await server.open({ url: target }).read(bytes('a'))).toBeUndefined();
      writeFileSync(file('pgpass'), `localhost:*:postgres:alice:not the battery\n`);
      expect(await refusal(target)).toContain('28P01');
      writeFileSync(file('pgpass'), '');
      expect(await refusal(target)).toContain('asks for a password');
    });

    it('refuses plaintext', async () => {
      expect(await refusal(url('postgres', '127.0.0.1', {}))).toContain('28000');
    });

    it('receives nothing in plaintext when it has no TLS', async () => {
      let heard = Buffer.alloc(0);
      const sockets: Socket[] = [];
      const plain = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard = Buffer.concat([heard, chunk]);
          socket.write('N');
        });
      });
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
      const address = plain.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const backend = server.open({
        url: `postgres://alice:battery@127.0.0.1:${port}/db?sslmode=require`,
        patience: 0,
      });
      await expect(backend.read(bytes('a'))).rejects.toEqual(coded('backend_gone'));
      for (const socket of sockets) socket.destroy();
      plain.close();
      // Eight bytes each: the request for TLS, and nothing after the refusal.
      expect(heard.toString('hex')).toBe('0000000804d2162f');
    });
  });
});
