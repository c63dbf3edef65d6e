/** The load for a server: complete logins, or the same number of meaningless messages of the same length. */
import { createHash } from 'node:crypto';
import { connect } from 'node:tls';
import {
  type ClientStart,
  CURRENT_SUITE,
  checkServer,
  proveClient,
  startClient,
} from '@countersign/srp-core';
import { TotpSecret } from '@countersign/totp-core';
import { Talk } from './talk.ts';

/** The identity of all accounts. Their names differ, but the client's computation does not. */
export const IDENTITY = 'alice';
/** A stretched password; stretching is not measured here. */
export const STRETCHED: Uint8Array = new Uint8Array(32).fill(7);
/** The TOTP secret of all accounts. */
export const SECRET: TotpSecret = TotpSecret.fromBytes(new Uint8Array(20).fill(9));
/** About the length of the messages of a login. */
const MESSAGE = Buffer.alloc(400, 7);
export const MESSAGES = 3;

/** Where a server listens. */
export interface Listening {
  readonly port: number;
}

export interface ServerFacts extends Listening {
  readonly pin: string;
}

export interface Login {
  /** The number of the account. */
  readonly account: number;
  readonly code: string;
  /** The client's loopback address; by default any. */
  readonly source?: string;
  /** Whether the client sends the token of its device. */
  readonly knownDevice?: boolean;
  /** Ends the connection. */
  readonly signal?: AbortSignal;
  /** a and A, computed in advance. */
  readonly start?: ClientStart;
  /** Called when the connection is open. */
  readonly onConnected?: () => void;
}

export function newStart(): ClientStart {
  return startClient({ group: CURRENT_SUITE.group });
}

export function usernameOf(account: number): string {
  return `user${account}`;
}

/** The token of the only device of an account. */
function deviceOf(account: number): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`device of ${account}`).digest());
}

/** A login as the product's client performs it, without stretching. */
export async function logIn({ port }: Listening, login: Login): Promise<void> {
  const { account, code, source, knownDevice = false, signal, start = newStart(), onConnected } = login;
  const talk = await Talk.begin({ port, source, signal });
  onConnected?.();
  const username = usernameOf(account);
  const device = knownDevice ? { device: deviceOf(account) } : {};
  const challenge = await talk.ask(
    { type: 'login.start', username, suite: CURRENT_SUITE.name, A: start.A, ...device },
    'login.challenge',
  );
  const { identity, salt, stretch, B } = challenge;
  const { binding } = talk;
  const context = { username, suite: CURRENT_SUITE, identity, salt, stretch, binding } as const;
  const proof = proveClient(start, { context, password: STRETCHED.slice(), B });
  const { M2 } = await talk.ask({ type: 'login.proof', M1: proof.M1, binding }, 'login.proven');
  checkServer(proof, M2);
  await talk.ask({ type: 'totp.submit', code }, 'login.done');
  await talk.end();
}

/** The same number of messages and answers over TLS 1.3, without content. */
export async function exchange({ port }: Listening): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
  await new Promise<void>((resolve, reject) => {
    let received = 0;
    socket.setNoDelay();
    socket.on('secureConnect', () => socket.write(MESSAGE));
    socket.on('data', (bytes) => {
      const before = Math.floor(received / MESSAGE.length);
      received += bytes.length;
      const answers = Math.floor(received / MESSAGE.length);
      if (answers === MESSAGES) socket.end();
      else if (answers > before) socket.write(MESSAGE);
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}

/**
 * Calls `work` for 0 to `total` − 1 with `clients` in parallel, and returns the milliseconds that each call
 * took.
 */
export async function load(
  total: number,
  clients: number,
  work: (n: number) => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < total) {
      const n = next;
      next += 1;
      const started = performance.now();
      await work(n);
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: Math.min(clients, total) }, client));
  return times;
}
