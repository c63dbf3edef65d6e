/**
 * Lost leading zeros, which make one login in 60 to 256 fail in other implementations. The dialects are
 * covered by their vectors.
 */
import { describe, expect, it } from 'vitest';
import { checkClient, checkServer, DIALECTS, replayDialect } from '../src/index.ts';
import { group, identity } from './dialect-run.ts';
import { context, proven, salt, seeded } from './product-run.ts';

/** The exchange of a seed in a dialect that differs from the product only in the proofs. */
function replay(seed: number) {
  const [a, b] = [seeded(`a ${seed}`), seeded(`b ${seed}`)];
  const account = {
    identity,
    password: seeded(`password ${seed}`),
    salt: seeded(`salt ${seed}`).slice(0, 16),
  };
  return replayDialect({ dialect: DIALECTS['fast-srp-hap'], group, hash: 'SHA-256', ...account, a, b });
}

describe('lost leading zeros', () => {
  // Found by search: seeds of exchanges in which the value begins with a zero byte.
  const seeds = { A: 21, x: 70, B: 83, 'session key': 97, M2: 110, u: 121, S: 367, v: 381, M1: 429 };

  it.each(Object.entries(seeds))('logs in when %s begins with a zero', (name, seed) => {
    const values = replay(seed);
    const seen = {
      ...context,
      salt: seeded(`salt ${seed}`).slice(0, 16),
      binding: seeded(`binding ${seed}`),
    };
    const given = { context: seen, password: seeded(`password ${seed}`), verifier: values.v };
    const fixed = { a: () => seeded(`a ${seed}`), b: () => seeded(`b ${seed}`) };
    const { server, proof, answer } = proven({ ...given, ...fixed });
    const check = checkClient(server, answer);
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    const { sessionKey } = checkServer(proof, check.M2);
    expect(sessionKey).toEqual(check.sessionKey);
    const proofs = { 'session key': sessionKey, M1: proof.M1, M2: check.M2 };
    const value = new Map<string, Uint8Array>(Object.entries({ ...values, ...proofs })).get(name);
    expect(value?.[0]).toBe(0);
  });

  it('hashes a salt including its zeros', () => {
    expect(salt[0]).toBe(0);
    const { server, answer } = proven();
    const short = { ...context, salt: salt.subarray(1) };
    expect(checkClient(server, { ...answer, context: short }).outcome).toBe('wrong_proof');
    const again = proven();
    expect(checkClient(again.server, again.answer).outcome).toBe('proven');
  });
});
