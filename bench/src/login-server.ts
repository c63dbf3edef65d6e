/** Starts `login-server-child.ts`, and keeps track of its account and clock. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { computeCode, TotpSecret } from '@countersign/totp-core';

export const USERNAME = 'alice';
export const PASSWORD = 'correct horse battery staple';
/** Unix seconds, at the start of a time step. */
export const START = 1_800_000_000;
export const STEP = 30;
/** Limit for a server that does not end with its benchmark, in milliseconds. */
const LIMIT = 3_600_000;

/** What the child prints. */
export interface LoginServerFacts {
  readonly port: number;
  readonly pin: string;
  /** Base32. */
  readonly secret: string;
}

export interface LoginServer extends Omit<LoginServerFacts, 'secret'> {
  /** Returns the code at the server's clock after this many connections. */
  codeAfter(connections: number): string;
  close(): Promise<void>;
}

export async function startLoginServer(): Promise<LoginServer> {
  const program = fileURLToPath(new URL('login-server-child.js', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'], timeout: LIMIT });
  const [line] = await once(createInterface(child.stdout), 'line');
  const { port, pin, secret: base32 } = JSON.parse(String(line)) as LoginServerFacts;
  const secret = TotpSecret.fromBase32(base32);
  return {
    port,
    pin,
    codeAfter: (connections) => computeCode({ secret, time: START + connections * STEP }),
    async close() {
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}
