/**
 * Ownership of bytes: arguments can be wiped after the call, as servers do with what they took out of a
 * cache.
 */
import { describe, expect, it } from 'vitest';
import {
  CURRENT_SUITE,
  checkClient,
  checkServer,
  computeVerifier,
  DIALECTS,
  proveClient,
  restoreServer,
  startClient,
  startDialectServer,
  startServer,
  stretchPassword,
} from '../src/index.ts';

const suite = CURRENT_SUITE;
const password = Buffer.from('open sesame');
const salt = Buffer.alloc(16, 7);
const verifier = computeVerifier({ suite, identity: 'alice', password, salt });
const context = {
  username: 'alice',
  suite,
  identity: 'alice',
  salt,
  stretch: { name: 'none' },
  binding: new Uint8Array(32),
} as const;

describe('a Buffer that is wiped after it was passed in', () => {
  it('does not affect a restored server', () => {
    const client = startClient({ group: suite.group });
    const started = startServer({ suite, verifier });
    const { B } = started;
    const state = Buffer.from(started.toBytes());
    const restored = restoreServer(state);
    state.fill(0);
    const proof = proveClient(client, { context, password, B });
    expect(checkClient(restored, { context, A: client.A, M1: proof.M1 }).outcome).toBe('proven');
  });

  it('does not affect a server in a dialect', () => {
    const dialect = DIALECTS['fast-srp-hap'];
    const account = { dialect, group: suite.group, hash: 'SHA-256', identity: 'alice', verifier } as const;
    const given = Buffer.from(salt);
    const start = startDialectServer({ ...account, salt: given });
    given.fill(0);
    expect(Buffer.from(start.salt).equals(salt)).toBe(true);
  });

  it('does not affect a password that is not stretched', async () => {
    const given = Buffer.from(password);
    const stretched = await stretchPassword({ password: given, salt, stretch: { name: 'none' } });
    given.fill(0);
    expect(Buffer.from(stretched).equals(password)).toBe(true);
  });
});

describe('an exchange', () => {
  it('does not depend on changes to A and B after they were sent', () => {
    const client = startClient({ group: suite.group });
    const server = startServer({ suite, verifier });
    const [A, B] = [client.A.slice(), server.B.slice()];
    client.A.fill(0);
    server.B.fill(0);
    const proof = proveClient(client, { context, password, B });
    const check = checkClient(server, { context, A, M1: proof.M1 });
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    expect(checkServer(proof, check.M2).sessionKey).toEqual(check.sessionKey);
  });

  it('is not used up by a context of another suite', () => {
    const other = { ...context, suite: { ...suite } };
    const server = startServer({ suite, verifier });
    const answer = { A: startClient({ group: suite.group }).A, M1: new Uint8Array(32) };
    expect(() => checkClient(server, { ...answer, context: other })).toThrow();
    expect(checkClient(server, { ...answer, context }).outcome).toBe('wrong_proof');
  });

  it('refuses invalid engines and random sources', () => {
    // @ts-expect-error: not an engine
    expect(() => startServer({ suite, verifier, engine: {} })).toThrow(
      '"engine" expected function, got undefined',
    );
    // @ts-expect-error: not an engine
    expect(() => restoreServer(startServer({ suite, verifier }).toBytes(), 5)).toThrow(TypeError);
    // @ts-expect-error: not a function
    expect(() => startClient({ group: suite.group, randomBytes: 7 })).toThrow(
      '"randomBytes" expected function, got number',
    );
  });
});
