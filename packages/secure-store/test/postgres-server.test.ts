import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../src/backend.ts';
import { type PostgresOptions, postgresBackend } from '../src/postgres.ts';
import { bytes } from './backend-contract.ts';
import { coded } from './fixtures.ts';
import { type Cluster, lacksPrograms, makeCluster, programsReason } from './postgres-cluster.ts';
import { audit, load } from './postgres-load.ts';
import { askServer, type PostgresPlace, postgresPlace } from './postgres-place.ts';

const run = promisify(execFile);

describe.skipIf(lacksPrograms)(`a PostgreSQL server of our own${programsReason}`, () => {
  let cluster: Cluster;
  let places: PostgresPlace[] = [];
  let backends: Backend[] = [];
  const open = (options: PostgresOptions) => {
    const backend = postgresBackend(options);
    backends.push(backend);
    return backend;
  };
  const openPlace = async (options: Partial<PostgresOptions> = {}) => {
    const place = await postgresPlace(cluster.url);
    places.push(place);
    return { place, backend: open({ url: place.url, ...options }) };
  };
  beforeAll(async () => {
    cluster = await makeCluster();
  });
  afterEach(async () => {
    for (const backend of backends) await backend.close();
    for (const place of places) await place.dispose();
    [backends, places] = [[], []];
  });
  afterAll(async () => {
    await cluster.dispose();
  });

  for (const mode of ['fast', 'immediate'] as const)
    it(`loses nothing acknowledged when it is stopped (${mode}) and started under load`, async () => {
      const { backend } = await openPlace();
      const rounds = 3;
      let restarts = 0;
      let restarting: Promise<void> | undefined;
      const restart = async () => {
        await cluster.stop(mode);
        await cluster.start();
        restarts += 1;
        restarting = undefined;
      };
      const books = await load(
        backend,
        24,
        ({ acknowledged }) => restarts >= rounds && acknowledged.length > rounds * 200,
        (answers) => {
          if (answers % 200 === 0 && restarts < rounds) restarting ??= restart();
        },
      );
      await restarting;
      expect(restarts).toBe(rounds);
      expect(books.acknowledged.length).toBeGreaterThan(600);
      await audit(backend, books);
    });

  it('loses nothing acknowledged when a process of the server is killed and all of them start over', async () => {
    const { place, backend } = await openPlace();
    let kills = 0;
    const kill = async () => {
      const rows = await place.ask(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'countersign' AND pid <> pg_backend_pid() LIMIT 1",
      );
      const pid = Number(rows[0]?.[0]);
      if (pid > 0) process.kill(pid, 'SIGKILL');
      kills += 1;
    };
    const killing: Promise<void>[] = [];
    const books = await load(
      backend,
      24,
      ({ acknowledged }) => kills >= 2 && acknowledged.length > 600,
      (answers) => {
        if (answers % 200 === 0 && killing.length < 2) killing.push(kill());
      },
    );
    await Promise.all(killing);
    await audit(backend, books);
  });

  it('loses nothing acknowledged when it ends connections under load', async () => {
    const { place, backend } = await openPlace();
    let ended = 0;
    let ending: Promise<void> = Promise.resolve();
    const endAll = async () => {
      const rows = await place.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign'",
      );
      ended += rows.length;
    };
    const books = await load(
      backend,
      24,
      ({ acknowledged }) => acknowledged.length >= 1_000,
      (answers) => {
        if (answers % 40 === 0) ending = ending.then(endAll);
      },
    );
    await ending;
    expect(ended).toBeGreaterThan(50);
    expect(books.refused).toEqual([]);
    expect(books.doubtful).toEqual([]);
    await audit(backend, books);
  });

  it('gives a coded error when it stays away, and works again when it is back', async () => {
    const { backend } = await openPlace({ patience: 300 });
    await backend.commit({ checks: [], writes: [{ key: bytes('a'), value: bytes('1') }], durable: true });
    await cluster.stop('fast');
    try {
      await expect(backend.read(bytes('a'))).rejects.toEqual(coded('backend_gone'));
      await expect(backend.commit({ checks: [], writes: [], durable: true })).rejects.toMatchObject({
        code: 'backend_gone',
        settled: true,
      });
    } finally {
      await cluster.start();
    }
    expect(await backend.read(bytes('a'))).toEqual(bytes('1'));
  });

  it('ends a scan with a coded error when its connection is gone', async () => {
    const { place, backend } = await openPlace();
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
    const file = (name: string) => join(cluster.dir, name);
    const openssl = (...args: string[]) => run('openssl', args, { cwd: cluster.dir });
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
      `postgres://${user}@${host}:${cluster.port}/postgres?${new URLSearchParams(parameters).toString()}`;
    /** By the Unix socket, which needs no TLS. */
    let local: string;
    /** Whether the connections of our own application are encrypted. */
    const encrypted = async () =>
      (
        await askServer(
          local,
          "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'countersign'",
        )
      ).flat();
    const refusal = async (target: string) => {
      const failure = await open({ url: target })
        .read(bytes('a'))
        .catch((error: unknown) => error);
      expect(failure).toEqual(coded('backend_gone'));
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('battery');
      return String(failure);
    };

    beforeAll(async () => {
      local = `postgres://postgres@${encodeURIComponent(cluster.dir)}:${cluster.port}/postgres`;
      const ca = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key'];
      await openssl('req', '-x509', ...ca, '-subj', '/CN=Test authority', '-days', '2', '-out', 'ca.crt');
      await certificate('server', 'localhost', 'subjectAltName=DNS:localhost');
      await certificate('client', 'carol', 'extendedKeyUsage=clientAuth');
      for (const name of ['server.crt', 'server.key', 'ca.crt'])
        cluster.write(name, (await run('cat', [file(name)])).stdout);
      await askServer(cluster.url, `CREATE ROLE alice LOGIN PASSWORD '${PASSWORD}'`);
      await askServer(cluster.url, 'CREATE ROLE carol LOGIN');
      cluster.write(
        'pg_hba.conf',
        [
          'local all postgres trust',
          'hostssl all carol 127.0.0.1/32 cert',
          'hostssl all alice 127.0.0.1/32 scram-sha-256',
          'hostssl all postgres 127.0.0.1/32 trust',
        ].join('\n'),
      );
      cluster.write('postgresql.auto.conf', "ssl = on\nssl_ca_file = 'ca.crt'\n");
      await cluster.stop('fast');
      await cluster.start();
    });
    afterEach(() => vi.unstubAllEnvs());

    it('verifies the certificate and its host name', async () => {
      const options = '-csearch_path=encrypted';
      await askServer(local, 'CREATE SCHEMA encrypted');
      const parameters = { sslmode: 'verify-full', sslrootcert: file('ca.crt'), options };
      const backend = open({ url: url('postgres', 'localhost', parameters) });
      const books = await load(backend, 8, ({ acknowledged }) => acknowledged.length >= 100);
      await audit(backend, books);
      expect(new Set(await encrypted())).toEqual(new Set([true]));
    });

    it('refuses a certificate of an authority that nobody named', async () => {
      expect(await refusal(url('postgres', 'localhost', { sslmode: 'require' }))).toContain('certificate');
    });

    it('refuses a certificate for another host', async () => {
      const target = url('postgres', '127.0.0.1', { sslmode: 'verify-full', sslrootcert: file('ca.crt') });
      expect(await refusal(target)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    });

    it('looks at less when the URL says so', async () => {
      for (const parameters of [
        { sslmode: 'verify-ca', sslrootcert: file('ca.crt') },
        { sslmode: 'no-verify' },
      ]) {
        const backend = open({ url: url('postgres', '127.0.0.1', parameters) });
        expect(await backend.read(bytes('a'))).toBeUndefined();
        expect(await encrypted()).toEqual([true]);
        await backend.close();
      }
      expect(await refusal(url('postgres', '127.0.0.1', { sslmode: 'verify-ca' }))).toContain('certificate');
    });

    it('shows a certificate of its own when asked to', async () => {
      const parameters = { sslmode: 'verify-full', sslrootcert: file('ca.crt') };
      const own = { ...parameters, sslcert: file('client.crt'), sslkey: file('client.key') };
      expect(await open({ url: url('carol', 'localhost', own) }).read(bytes('a'))).toBeUndefined();
      await refusal(url('carol', 'localhost', parameters));
    });

    it('takes the password from the file of PGPASSFILE', async () => {
      const target = url('alice', 'localhost', { sslmode: 'verify-full', sslrootcert: file('ca.crt') });
      writeFileSync(file('pgpass'), `localhost:*:postgres:alice:${PASSWORD.replace(':', '\\:')}\n`, {
        mode: 0o600,
      });
      vi.stubEnv('PGPASSFILE', file('pgpass'));
      expect(await open({ url: target }).read(bytes('a'))).toBeUndefined();
      writeFileSync(file('pgpass'), `localhost:*:postgres:alice:not the battery\n`);
      expect(await refusal(target)).toContain('28P01');
      writeFileSync(file('pgpass'), '');
      expect(await refusal(target)).toContain('asks for a password');
    });

    it('is refused in plain text', async () => {
      expect(await refusal(url('postgres', '127.0.0.1', {}))).toContain('28000');
    });

    it('says nothing in plain text to a server that has no TLS', async () => {
      let heard = Buffer.alloc(0);
      const sockets: Socket[] = [];
      const server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', (chunk) => {
          heard = Buffer.concat([heard, chunk]);
          socket.write('N');
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const backend = open({
        url: `postgres://alice:battery@127.0.0.1:${port}/db?sslmode=require`,
        patience: 0,
      });
      await expect(backend.read(bytes('a'))).rejects.toEqual(coded('backend_gone'));
      for (const socket of sockets) socket.destroy();
      server.close();
      // Eight bytes each: the request for TLS, and nothing after the refusal.
      expect(heard.toString('hex')).toBe('0000000804d2162f');
    });
  });
});
