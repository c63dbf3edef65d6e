import type { Profile } from '@countersign/auth-server';
import { afterAll, beforeAll } from 'vitest';
import { Home } from './test-client.ts';
import { type AccountChanges, type OldAccount, startTestServer, type TestServer } from './test-server.ts';

/** A server and a home for all tests of a file; each account has a name of its own. */
export function useServer(profile?: Profile): {
  readonly home: Home;
  readonly server: TestServer;
  addAccount(changes?: AccountChanges): Promise<OldAccount>;
} {
  const home = new Home();
  let server: TestServer | undefined;
  let count = 0;
  const started = () => {
    if (!server) throw new TypeError('the server starts before the first test');
    return server;
  };
  beforeAll(async () => {
    server = await startTestServer({ profile });
  });
  afterAll(async () => {
    await server?.close();
    home.remove();
  });
  return {
    home,
    get server() {
      return started();
    },
    addAccount(changes) {
      count += 1;
      return started().addAccount(`user${count}`, changes);
    },
  };
}

/** Moves the clock to where the next code is due in two seconds. */
export function nearTheNextStep(server: TestServer): void {
  server.advance(58 - (server.now() % 30));
}

/** A code that no window around now holds. */
export function wrongCode(server: TestServer, secret: OldAccount['secret'] | string): string {
  const near = [-30, 0, 30].map((seconds) => server.codeOf(secret, seconds));
  const wrong = ['000000', '111111', '222222', '333333'].find((code) => !near.includes(code));
  if (wrong === undefined) throw new TypeError('one of four is not among three');
  return wrong;
}
