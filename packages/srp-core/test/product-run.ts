/** Accounts and exchanges with the product's own proof, for tests of something else. */
import { createHash } from 'node:crypto';
import {
  computeVerifier,
  type Engine,
  findSuite,
  proveClient,
  type RandomBytes,
  startClient,
  startServer,
  type TranscriptContext,
} from '../src/index.ts';
import { bytes } from './bytes.ts';
import { identity, password } from './dialect-run.ts';

export const suite = findSuite('2048-sha256')!;
export const salt = bytes('00a1a2a3a4a5a6a7a8a9aaabacadaeaf');
export const verifier = computeVerifier({ suite, identity, password, salt });

export const context: TranscriptContext = {
  username: identity,
  identity,
  suite,
  salt,
  stretch: { name: 'none' },
  binding: new Uint8Array(32).fill(7),
};

/** 32 bytes derived from a text. */
export function seeded(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** Options that an exchange can override. */
export interface Given {
  readonly context?: TranscriptContext;
  readonly password?: Uint8Array;
  readonly verifier?: Uint8Array;
  readonly a?: RandomBytes;
  readonly b?: RandomBytes;
  readonly engine?: Engine;
}

/** Runs both halves up to the client's proof. */
export function proven(given: Given = {}) {
  const seen = given.context ?? context;
  const engine = given.engine ? { engine: given.engine } : {};
  const own = { ...engine, ...(given.b ? { randomBytes: given.b } : {}) };
  const server = startServer({ suite: seen.suite, verifier: given.verifier ?? verifier, ...own });
  const client = startClient({
    group: seen.suite.group,
    ...engine,
    ...(given.a ? { randomBytes: given.a } : {}),
  });
  const { A } = client;
  const guess = given.password ?? password;
  const proof = proveClient(client, { context: seen, password: guess, B: server.B });
  return { server, client, proof, answer: { context: seen, A, M1: proof.M1 } };
}
