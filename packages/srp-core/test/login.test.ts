import { describe, expect, it } from 'vitest';
import {
  CURRENT_SUITE,
  checkClient,
  checkPublicValue,
  checkServer,
  checkVerifier,
  computeVerifier,
  engineFor,
  findSuite,
  generateSalt,
  LEGACY_SUITE,
  portableEngine,
  proveClient,
  rawPassword,
  restoreServer,
  type Suite,
  standInVerifier,
  startClient,
  startServer,
  type TranscriptContext,
} from '../src/index.ts';
import { codeOf } from './dialect-run.ts';

const password = rawPassword('correct horse battery staple');
const wrong = rawPassword('correct horse battery stable');
const salt = Uint8Array.from({ length: 16 }, (_, i) => i);
const binding = new Uint8Array(32).fill(7);
const other = new Uint8Array(32).fill(8);

function contextFor(suite: Suite, changes: Partial<TranscriptContext> = {}): TranscriptContext {
  const stretch = { name: 'none' } as const;
  return {
    username: 'alice',
    identity: 'alice',
    suite,
    salt,
    stretch,
    binding,
    ...changes,
  };
}

const CASES = [
  { suite: CURRENT_SUITE, engine: engineFor(CURRENT_SUITE.group) },
  { suite: CURRENT_SUITE, engine: portableEngine },
  { suite: LEGACY_SUITE, engine: engineFor(LEGACY_SUITE.group) },
  { suite: findSuite('2048-sha256-tssrp6a-x')!, engine: portableEngine },
  { suite: findSuite('4096-sha512')!, engine: engineFor(findSuite('4096-sha512')!.group) },
].map((value) => ({ ...value, name: `${value.suite.name}, ${value.engine.name}` }));

describe.each(CASES)('a login with $name', ({ suite, engine }) => {
  const verifier = computeVerifier({ suite, identity: 'alice', password, salt, engine });
  const context = contextFor(suite);

  function challenge() {
    const client = startClient({ group: suite.group, engine });
    return { client, server: startServer({ suite, verifier, engine }) };
  }

  it('yields the same key on both sides', () => {
    const { client, server } = challenge();
    const proof = proveClient(client, { context, password, B: server.B });
    const check = checkClient(server, { context, A: client.A, M1: proof.M1, claimedBinding: binding });
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    const { sessionKey } = checkServer(proof, check.M2);
    expect(sessionKey).toEqual(check.sessionKey);
    expect(sessionKey.length).toBe(32);
  });

  it('survives as bytes between two requests', () => {
    const { client, server } = challenge();
    const restored = restoreServer(server.toBytes(), { engine });
    const proof = proveClient(client, { context, password, B: restored.B });
    const check = checkClient(restored, { context, A: client.A, M1: proof.M1 });
    expect(check.outcome).toBe('proven');
  });

  it('refuses a wrong password', () => {
    const { client, server } = challenge();
    const { M1 } = proveClient(client, { context, password: wrong, B: server.B });
    expect(checkClient(server, { context, A: client.A, M1 })).toEqual({ outcome: 'wrong_proof' });
  });

  it('distinguishes a relay with the correct password from a wrong password', () => {
    const seenByClient = contextFor(suite, { binding: other });
    const right = challenge();
    const rightM1 = proveClient(right.client, { context: seenByClient, password, B: right.server.B }).M1;
    expect(
      checkClient(right.server, { context, A: right.client.A, M1: rightM1, claimedBinding: other }),
    ).toEqual({ outcome: 'channel_mismatch' });
    const guess = challenge();
    const { M1 } = proveClient(guess.client, { context: seenByClient, password: wrong, B: guess.server.B });
    expect(checkClient(guess.server, { context, A: guess.client.A, M1, claimedBinding: other })).toEqual({
      outcome: 'wrong_proof',
    });
  });
});

describe('the pieces', () => {
  const suite = CURRENT_SUITE;
  const verifier = computeVerifier({ suite, identity: 'alice', password, salt });
  const context = contextFor(suite);

  it('uses every pending value once', () => {
    const client = startClient({ group: suite.group });
    const server = startServer({ suite, verifier });
    const proof = proveClient(client, { context, password, B: server.B });
    expect(codeOf(() => proveClient(client, { context, password, B: server.B }))).toBe('already_used');
    expect(checkClient(server, { context, A: client.A, M1: proof.M1 }).outcome).toBe('proven');
    expect(codeOf(() => checkClient(server, { context, A: client.A, M1: proof.M1 }))).toBe('already_used');
    expect(codeOf(() => server.toBytes())).toBe('already_used');
    expect(codeOf(() => checkServer(proof, new Uint8Array(32)))).toBe('proof_mismatch');
    expect(codeOf(() => checkServer(proof, new Uint8Array(32)))).toBe('already_used');
  });

  it('covers every field of the context with the proof', () => {
    const changes: Partial<TranscriptContext>[] = [
      { username: 'alicf' },
      { identity: 'alicf' },
      { salt: generateSalt() },
      { stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 } },
      { binding: other },
    ];
    for (const change of changes) {
      const client = startClient({ group: suite.group });
      const server = startServer({ suite, verifier });
      const { M1 } = proveClient(client, { context, password, B: server.B });
      const check = checkClient(server, { context: contextFor(suite, change), A: client.A, M1 });
      expect(check, Object.keys(change)[0]).toEqual({ outcome: 'wrong_proof' });
    }
  });

  it('refuses degenerate public values on both sides', () => {
    const { N, bytes: length } = suite.group;
    const hexOf = (n: bigint) => n.toString(16).padStart(length * 2, '0');
    const bad = [0n, 1n, N - 1n, N, N + 1n].map((n) => new Uint8Array(Buffer.from(hexOf(n), 'hex')));
    for (const value of [...bad, new Uint8Array(), new Uint8Array(length + 1), new Uint8Array(10_000_000)]) {
      expect(codeOf(() => checkPublicValue(suite.group, value))).toBe('bad_public_value');
      const server = startServer({ suite, verifier });
      const M1 = new Uint8Array(32);
      expect(codeOf(() => checkClient(server, { context, A: value, M1 }))).toBe('bad_public_value');
      const client = startClient({ group: suite.group });
      expect(codeOf(() => proveClient(client, { context, password, B: value }))).toBe('bad_public_value');
      expect(codeOf(() => checkVerifier(suite, value))).toBe('bad_verifier');
    }
  });

  it('always gives the same answer for an unknown user, with a verifier like any other', () => {
    const seed = new Uint8Array(32).fill(1);
    const one = standInVerifier({ seed, username: 'nobody', suite });
    expect(standInVerifier({ seed, username: 'nobody', suite })).toEqual(one);
    expect(standInVerifier({ seed, username: 'nobodz', suite }).salt).not.toEqual(one.salt);
    expect(standInVerifier({ seed: new Uint8Array(32), username: 'nobody', suite })).not.toEqual(one);
    expect(one.salt.length).toBe(generateSalt().length);
    checkVerifier(suite, one.verifier);
  });
});
