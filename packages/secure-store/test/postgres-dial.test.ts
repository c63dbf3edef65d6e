/** How a PostgreSQL back end reaches its servers. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { type Dial, postgresBackend } from '../src/postgres/backend.ts';
import { bytes } from './backend-contract.ts';
import { coded } from './fixtures.ts';
import { postgresPlace, SERVER_URL } from './postgres-place.ts';

const KEY = bytes('a');

it('stops trying a server after its time limit, even while a connection attempt is pending', async () => {
  let given: AbortSignal | undefined;
  const dial: Dial = (_host, _port, signal) => {
    given = signal;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  };
  const backend = postgresBackend({ url: 'postgres://me@db.example/db?sslmode=disable', patience: 0, dial });
  await expect(backend.read(KEY)).rejects.toEqual(coded('backend_gone'));
  expect(given?.aborted).toBe(true);
  await backend.close();
});

it('reports the system’s error when no address can be reached', async () => {
  const dial: Dial = async () => {
    throw Object.assign(new Error('no route'), { code: 'EHOSTUNREACH' });
  };
  const backend = postgresBackend({ url: 'postgres://me@db.example/db', patience: 0, dial });
  await expect(backend.read(KEY)).rejects.toThrow('db.example:5432 does not answer (EHOSTUNREACH)');
  await backend.close();
});

it('reports a server that does not accept TLS at once, and what to do', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.write('N')));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const at = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  // With its default patience it would try again for seconds.
  let connections = 0;
  server.on('connection', () => (connections += 1));
  const backend = postgresBackend({ url: `postgres://me@${at}/db?sslmode=require` });
  await expect(backend.read(KEY)).rejects.toThrow(
    /does not accept TLS\. Enable it there, or add sslmode=disable/,
  );
  expect(connections).toBe(1);
  await backend.close();
});

withCounterpart('postgresql', 'with a real server among several', () => {
  const port = new URL(SERVER_URL).port || '5432';
  /** A place whose address names this port first. */
  const placeAfter = async (first: number): Promise<string> => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    return place.url.replace(/@[^/]*\//, `@127.0.0.1:${first},127.0.0.1:${port}/`);
  };

  it('uses the socket from `dial`, for any host name', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    const dialled: unknown[] = [];
    const dial: Dial = async (host, to) => {
      dialled.push([host, to]);
      const { hostname } = new URL(SERVER_URL);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      return socket;
    };
    const url = place.url.replace(/@[^/]*\//, '@db.example:1/');
    const backend = postgresBackend({ url: `${url}&sslmode=disable`, dial });
    await backend.commit({ checks: [], writes: [{ key: KEY, value: bytes('1') }], durable: true });
    expect(await backend.read(KEY)).toEqual(bytes('1'));
    expect(dialled).toContainEqual(['db.example', 1]);
    await backend.close();
  });

  it('tries the next server when one refuses, or accepts connections and stays silent', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    for (const first of [1, typeof address === 'object' ? (address?.port ?? 0) : 0]) {
      const backend = postgresBackend({ url: await placeAfter(first), patience: 2_000 });
      await backend.commit({ checks: [], writes: [{ key: KEY, value: bytes('1') }], durable: true });
      expect(await backend.read(KEY)).toEqual(bytes('1'));
      await backend.close();
    }
    silent.close();
  });

  it('says that all servers are read-only when a store needs to write', async () => {
    const place = await postgresPlace();
    onTestFinished(() => place.dispose());
    const url = `${place.url}%20-c%20default_transaction_read_only%3Don&target_session_attrs=read-write`;
    const backend = postgresBackend({ url, patience: 0 });
    await expect(backend.read(KEY)).rejects.toThrow(/does not accept writes/);
    await backend.close();
  });
});
