/** Logins while the server's PostgreSQL restarts, stays away, and is replaced by its standby. */
import { postgresBackend } from '@countersign/secure-store/postgres';
import { expect, it, onTestFinished } from 'vitest';
import { makeCluster } from '../../../packages/secure-store/test/postgres-cluster.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { Home } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount, startTestServer } from './test-server.ts';

withCounterpart(['postgresql-programs', 'coreutils'], 'a server on PostgreSQL', () => {
  it('continues through a restart, an outage and a failover during logins', async () => {
    const cluster = await makeCluster();
    const standby = await cluster.makeStandby();
    const url = `postgres://postgres@127.0.0.1:${cluster.port},127.0.0.1:${standby.port}/postgres`;
    const backend = postgresBackend({ url, patience: 1_000 });
    const server = await startTestServer({ backend, mayFail: true });
    const home = new Home();
    onTestFinished(async () => {
      await server.close();
      await standby.dispose();
      await cluster.dispose();
      home.remove();
    });
    const accounts: OldAccount[] = [];
    for (let i = 0; i < 4; i += 1) accounts.push(await server.addAccount(`user${i}`));
    const login = async ({ username, secret }: OldAccount) =>
      (await home.run(server.address, ['login', username], [OLD_PASSWORD, server.codeOf(secret)])).exit;
    /** Each account logs in again and again; afterwards each must be able to. */
    const during = async (trouble: () => Promise<void>) => {
      let over = false;
      const logins = accounts.map(async (account) => {
        while (!over) {
          server.advance(30);
          await login(account);
        }
      });
      await trouble();
      over = true;
      await Promise.all(logins);
      // Codes may have been spent by logins that failed afterwards, and wrong ones may have to wait.
      server.advance(3_600);
      for (const account of accounts) expect(await login(account)).toBe(0);
    };

    await during(async () => {
      await cluster.stop('fast');
      await cluster.start();
    });
    await during(async () => {
      await cluster.stop('immediate');
      expect(await login(accounts[0]!)).not.toBe(0);
      await cluster.start();
    });
    await during(async () => {
      await cluster.stop('immediate');
      await standby.promote();
    });
  });
});
