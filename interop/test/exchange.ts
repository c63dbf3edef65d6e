/**
 * One exchange between our half and a peer's, with fresh random values on both sides. If it fails, the error
 * contains every value that was sent and our own ephemeral, so that the exchange can be repeated.
 */
import { randomBytes, randomInt } from 'node:crypto';
import {
  checkDialectClient,
  checkDialectServer,
  computeDialectVerifier,
  type Dialect,
  type DialectSetting,
  proveDialectClient,
  startDialectClient,
  startDialectServer,
  type WireForm,
  type WireValues,
} from '@countersign/srp-core';
import { expect } from 'vitest';
import { hex } from '../peers/bytes.ts';
import type { Credentials, Peer, Registration } from '../peers/peer.ts';

/** A peer and the dialect that should match it. */
export interface Pair<F extends WireForm> {
  readonly dialect: Dialect<F, 'proofs'>;
  readonly peer: Peer<WireValues[F]>;
  /** Typical salts of a server with this dialect. */
  readonly randomSalt: () => WireValues[F];
}

/** Special conditions of an exchange. */
export interface Circumstances {
  /** Our own public value must begin with a zero byte. */
  readonly leadingZero?: boolean;
  /** The client uses another password than the one registered. */
  readonly wrongPassword?: boolean;
}

type Seen = Record<string, unknown>;

/** The peer registers with us and logs in to our server half. */
export function peerLogsIn<F extends WireForm>(
  pair: Pair<F>,
  credentials: Credentials,
  { leadingZero = false, wrongPassword = false }: Circumstances = {},
): Promise<void> {
  const { peer } = pair;
  const setting = settingOf(pair);
  const { group } = setting;
  return showing({ role: 'peer is the client', ...about(setting), ...credentials }, async (seen) => {
    const account = await register(pair, credentials);
    Object.assign(seen, shown(account));
    const start = (b: Uint8Array) => {
      seen.b = hex(b);
      return startDialectServer({ ...setting, ...account, randomBytes: () => b });
    };
    const server = searching(leadingZero, group.bytes, start, ({ B }) => B);
    const { salt, B } = server;
    Object.assign(seen, shown({ B, salt }));
    const typed = wrongPassword ? another(credentials) : credentials;
    const client = await peer.client(typed);
    const { A, M1 } = await client.answer({ salt, B });
    Object.assign(seen, shown({ A, M1 }));
    const check = checkDialectClient(server, { A, M1 });
    if (check.outcome !== 'proven') throw new Refusal(check.outcome);
    const { M2, sessionKey } = check;
    Object.assign(seen, shown({ M2, sessionKey }));
    same(await client.finish(M2), sessionKey);
  });
}

/** Our client half registers with the peer and logs in to it. */
export function peerServes<F extends WireForm>(
  pair: Pair<F>,
  credentials: Credentials,
  { leadingZero = false, wrongPassword = false }: Circumstances = {},
): Promise<void> {
  const { peer } = pair;
  const setting = settingOf(pair);
  const { group } = setting;
  return showing({ role: 'peer is the server', ...about(setting), ...credentials }, async (seen) => {
    const account = await register(pair, credentials);
    Object.assign(seen, shown(account));
    const { salt } = account;
    const server = await peer.server(account);
    const start = (a: Uint8Array) => {
      seen.a = hex(a);
      return startDialectClient({ ...setting, randomBytes: () => a });
    };
    const client = searching(leadingZero, group.bytes, start, ({ A }) => A);
    const { A } = client;
    const { B } = server;
    Object.assign(seen, shown({ A, B }));
    const typed = wrongPassword ? another(credentials) : credentials;
    const proof = proveDialectClient(client, { ...typed, password: bytesOf(typed), salt, B });
    const { M1 } = proof;
    Object.assign(seen, shown({ M1 }));
    const { M2, sessionKey } = await server.check({ A, M1 }).catch((error: unknown) => {
      throw new Refusal('the peer refuses us', { cause: error });
    });
    Object.assign(seen, shown({ M2 }));
    same(checkDialectServer(proof, M2).sessionKey, sessionKey);
  });
}

/** A rejected proof, as expected for a wrong password. */
export class Refusal extends Error {}

function settingOf<F extends WireForm>({ dialect, peer }: Pair<F>): DialectSetting<F, 'proofs'> {
  return { dialect, group: peer.group, hash: peer.hash };
}

/** The peer creates every second account, we create the others. */
async function register<F extends WireForm>(
  pair: Pair<F>,
  credentials: Credentials,
): Promise<Registration<WireValues[F]>> {
  if (randomInt(2) === 0) return pair.peer.register(credentials);
  const { identity } = credentials;
  const salt = pair.randomSalt();
  const password = bytesOf(credentials);
  const verifier = computeDialectVerifier({ ...settingOf(pair), identity, password, salt });
  return { identity, salt, verifier };
}

function bytesOf({ password }: Credentials): Uint8Array {
  return typeof password === 'string' ? new TextEncoder().encode(password) : password;
}

function another({ identity, password }: Credentials): Credentials {
  return { identity, password: typeof password === 'string' ? `${password}x` : password.toReversed() };
}

/** Calls `make` with a random exponent; if requested, one whose public value begins with a zero byte. */
function searching<T>(
  wanted: boolean,
  length: number,
  make: (exponent: Uint8Array) => T,
  publicValue: (made: T) => Uint8Array | string,
): T {
  for (;;) {
    const made = make(Uint8Array.from(randomBytes(32)));
    if (!wanted || startsWithZero(publicValue(made), length)) return made;
  }
}

/** Returns whether a public value begins with a zero byte, or is shorter because it was dropped. */
function startsWithZero(value: Uint8Array | string, length: number): boolean {
  if (typeof value === 'string') return value.padStart(2 * length, '0').startsWith('00');
  return value.length < length || value[0] === 0;
}

function same(theirs: Uint8Array, ours: Uint8Array): void {
  expect(hex(theirs), 'the session keys').toBe(hex(ours));
}

function about({ dialect, group, hash }: DialectSetting): Seen {
  return { dialect: dialect.name, bits: group.bits, hash };
}

function shown(values: object): Seen {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? hex(value) : value,
  ]);
  return Object.fromEntries(entries);
}

/** Does the work. If it fails, everything that was recorded is added to the error. */
async function showing(known: Seen, work: (seen: Seen) => Promise<void>): Promise<void> {
  const seen = shown(known);
  try {
    await work(seen);
  } catch (error) {
    if (error instanceof Error) error.message += `\n${JSON.stringify(seen, null, 1)}`;
    throw error;
  }
}
