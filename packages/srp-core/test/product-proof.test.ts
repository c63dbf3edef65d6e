/**
 * Compares the product's own proof and stand-ins with values that Python computed from docs/protocol.md:
 * vectors/product-proof.py.
 */
import { describe, expect, it } from 'vitest';
import {
  checkClient,
  checkServer,
  computeVerifier,
  findSuite,
  proveClient,
  restoreServer,
  standInVerifier,
  startClient,
  startServer,
  type TranscriptContext,
} from '../src/index.ts';
import { transcriptHash } from '../src/transcript.ts';
import { bytes, hex } from './bytes.ts';
import { stretchOf } from './stretch-text.ts';
import vectors from './vectors/product-proof.json' with { type: 'json' };

describe.each(vectors.exchanges)('an exchange of $username with $suite and $stretch', (vector) => {
  const suite = findSuite(vector.suite)!;
  const { username, identity } = vector;
  const password = bytes(vector.stretched);
  const context: TranscriptContext = {
    username,
    suite,
    identity,
    salt: bytes(vector.salt),
    stretch: stretchOf(vector.stretch),
    binding: bytes(vector.binding),
  };

  it('starts from the verifier', () => {
    expect(hex(computeVerifier({ suite, identity, password, salt: context.salt }))).toBe(vector.verifier);
  });

  it('matches the transcript', () => {
    expect(hex(transcriptHash(context, bytes(vector.A), bytes(vector.B)))).toBe(vector.T);
  });

  it('matches A, M1 and the key of the client', () => {
    const client = startClient({ group: suite.group, randomBytes: () => bytes(vector.a) });
    expect(hex(client.A)).toBe(vector.A);
    const proof = proveClient(client, { context, password, B: bytes(vector.B) });
    expect(hex(proof.M1)).toBe(vector.M1);
    expect(hex(checkServer(proof, bytes(vector.M2)).sessionKey)).toBe(vector.sessionKey);
  });

  it('matches B, M2 and the key of the server', () => {
    const start = () =>
      startServer({ suite, verifier: bytes(vector.verifier), randomBytes: () => bytes(vector.b) });
    for (const server of [start(), restoreServer(start().toBytes())]) {
      expect(hex(server.B)).toBe(vector.B);
      const check = checkClient(server, { context, A: bytes(vector.A), M1: bytes(vector.M1) });
      if (check.outcome !== 'proven') throw new Error(check.outcome);
      expect(hex(check.M2)).toBe(vector.M2);
      expect(hex(check.sessionKey)).toBe(vector.sessionKey);
    }
  });
});

it.each(vectors.standIns)(
  'derives the stand-in of $username',
  ({ seed, username, suite, salt, verifier }) => {
    const made = standInVerifier({ seed: bytes(seed), username, suite: findSuite(suite)! });
    expect({ salt: hex(made.salt), verifier: hex(made.verifier) }).toEqual({ salt, verifier });
  },
);
