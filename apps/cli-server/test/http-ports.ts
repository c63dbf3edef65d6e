/** A server with HTTP ports, and tokens for it. */
import { randomBytes } from 'node:crypto';
import { openRegistry } from '@countersign/auth-server/accounts';
import { Tokens } from '@countersign/auth-server/credentials';
import { expect } from 'vitest';
import { inStore } from './administrator.ts';
import type { Inside, Program } from './program.ts';

export const ISSUER = 'https://login.example.org';
export const PORTS = ['--issuer-url', ISSUER, '--http-port', '0', '--metrics-port', '0'];

/** The addresses of both ports of a server that was started with `PORTS`. */
export async function addresses(program: Inside | Program): Promise<{ open: string; own: string }> {
  const [, open] = await program.prints(/"httpPort":(\d+)/);
  const [, own] = await program.prints(/"metricsPort":(\d+)/);
  return { open: `http://127.0.0.1:${open}`, own: `http://127.0.0.1:${own}` };
}

/** Issues a token as the server does, in a store that it may have open. */
export function issueToken(dir: string, username: string, audience: string): Promise<string> {
  return inStore(dir, async (store) => {
    const options = {
      store,
      clock: Date.now,
      randomBytes: (length: number) => new Uint8Array(randomBytes(length)),
    };
    const registry = openRegistry(options);
    const account = await registry.accounts.find(username);
    if (!account) throw new Error('no such account');
    const at = Math.floor(Date.now() / 1000);
    const login = { standing: account, at, factor: 'totp', source: '192.0.2.1' } as const;
    return (await new Tokens(registry, { ...options, issuerUrl: ISSUER }).issue(login, { audience })).token;
  });
}

/** What `/verify` answers to a token. */
export async function verify(own: string, audience: string, token: string): Promise<Response> {
  const answer = await fetch(`${own}/verify?audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await answer.text()).toBe(answer.status === 204 ? '' : 'no valid token\n');
  return answer;
}
