/** A server that stops, crashes and closes connections while 24 writers are at work. */
import { expect, it, onTestFinished } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { postgresBackend } from '../src/postgres/backend.ts';
import { makeCluster } from './postgres-cluster.ts';
import { audit, failoverUnderLoad, load, restartsUnderLoad } from './postgres-load.ts';
import { postgresPlace } from './postgres-place.ts';
import { useCluster } from './use-cluster.ts';

withCounterpart(['postgresql-programs', 'coreutils', 'openssl'], 'a PostgreSQL server', () => {
  const server = useCluster();

  it.each(['fast', 'immediate'] as const)(
    'loses nothing acknowledged when it is repeatedly stopped (%s) and started under load',
    async (mode) => {
      const { backend } = await server.openPlace();
      await restartsUnderLoad(server.cluster, backend, { mode, restarts: 3 });
    },
  );

  it('loses nothing acknowledged when a server process is killed and all of them restart', async () => {
    const { place, backend } = await server.openPlace();
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

  it('loses nothing acknowledged when it closes connections under load', async () => {
    const { place, backend } = await server.openPlace();
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

  it('loses nothing acknowledged when it dies under load and its standby takes over', async () => {
    const cluster = await makeCluster();
    const standby = await cluster.makeStandby();
    const { url } = await postgresPlace(cluster.url);
    // The standby is listed first: it answers, but does not accept writes yet.
    const servers = url.replace(`:${cluster.port}/`, `:${standby.port},127.0.0.1:${cluster.port}/`);
    const backend = postgresBackend({ url: servers, patience: 30_000 });
    onTestFinished(async () => {
      await backend.close();
      await standby.dispose();
      await cluster.dispose();
    });
    await failoverUnderLoad(cluster, standby, backend);
  });
});
