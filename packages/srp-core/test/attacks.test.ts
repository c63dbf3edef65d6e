/**
 * Attacks that succeeded against other implementations, tried on the product's halves and on the dialects.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Formulas } from '../src/dialect/formulas.ts';
import { lengthPrefixed } from '../src/encoding.ts';
import { scramblerFrom } from '../src/equations.ts';
import {
  checkClient,
  checkDialectClient,
  checkDialectServer,
  checkServer,
  computeDialectVerifier,
  DIALECTS,
  type Engine,
  engineFor,
  findGroup,
  findSuite,
  generateSalt,
  proveClient,
  proveDialectClient,
  restoreServer,
  standInVerifier,
  startClient,
  startDialectClient,
  startDialectServer,
  startServer,
} from '../src/index.ts';
import { multiplier } from '../src/proof.ts';
import negative from '../vectors/negative.json' with { type: 'json' };
import { bytes, hex } from './bytes.ts';
import { accountOf, codeOf, group, identity, password, started, WITH_PROOFS, wrong } from './dialect-run.ts';
import { context, proven, seeded, suite, verifier } from './product-run.ts';

const degenerate = negative.publicValues.find(({ group }) => group === '2048')!.values;

const TEN_MEGABYTES = { id: 'ten megabytes', value: 'f'.repeat(20_000_000) };

const COMPUTED = 'this engine computes nothing';

function refuse(): never {
  throw new Error(COMPUTED);
}

/** An engine that throws whenever it has to compute. */
const NO_ENGINE: Engine = { name: 'portable', power: refuse, publicPower: refuse, fix: refuse };

/** An engine for a client that computes A and then nothing else. */
function onlyOnce(): Engine {
  let used = false;
  return {
    ...NO_ENGINE,
    power(of, base, exponent) {
      if (used) refuse();
      used = true;
      return engineFor(of).power(of, base, exponent);
    },
  };
}

describe('A ≡ 0 (mod N): login as anyone', () => {
  // The servers of the dialects are in negative.test.ts, with the proofs that would have let the attacker in.
  it.each(degenerate)('refuses A = $id', ({ value }) => {
    const server = startServer({ suite, verifier });
    const answer = { context, A: bytes(value), M1: new Uint8Array(32) };
    expect(codeOf(() => checkClient(server, answer))).toBe('bad_public_value');
    expect(codeOf(() => checkClient(server, answer))).toBe('already_used');
  });

  it.each([...degenerate, TEN_MEGABYTES])('does no arithmetic with A = $id', ({ value }) => {
    const server = restoreServer(startServer({ suite, verifier }).toBytes(), { engine: NO_ENGINE });
    const answer = { context, A: bytes(value), M1: new Uint8Array(32) };
    expect(codeOf(() => checkClient(server, answer))).toBe('bad_public_value');
    const fixed = { value: 4n, power: refuse };
    const engine: Engine = { ...NO_ENGINE, fix: () => fixed };
    const other = startDialectServer({ ...accountOf(DIALECTS.thinbus), engine });
    expect(codeOf(() => checkDialectClient(other, { A: value, M1: '1' }))).toBe('bad_public_value');
  });

  it('would have detected a computation', () => {
    const server = restoreServer(startServer({ suite, verifier }).toBytes(), { engine: NO_ENGINE });
    const { A } = startClient({ group });
    expect(() => checkClient(server, { context, A, M1: new Uint8Array(32) })).toThrow(COMPUTED);
    const client = startClient({ group, engine: onlyOnce() });
    const { B } = startServer({ suite, verifier });
    expect(() => proveClient(client, { context, password, B })).toThrow(COMPUTED);
  });
});

describe('B ≡ 0 or u = 0 accepted by the client', () => {
  it.each(degenerate)('refuses B = $id', ({ value }) => {
    const client = startClient({ group });
    const challenge = { context, password, B: bytes(value) };
    expect(codeOf(() => proveClient(client, challenge))).toBe('bad_public_value');
  });

  it.each([...degenerate, TEN_MEGABYTES])('does no arithmetic with B = $id', ({ value }) => {
    const client = startClient({ group, engine: onlyOnce() });
    const challenge = { context, password, B: bytes(value) };
    expect(codeOf(() => proveClient(client, challenge))).toBe('bad_public_value');
    const other = startDialectClient({ ...accountOf(DIALECTS.thinbus), engine: onlyOnce() });
    const message = { identity, password, salt: 'a1', B: value };
    expect(codeOf(() => proveDialectClient(other, message))).toBe('bad_public_value');
  });

  it('refuses a u of zero', () => {
    expect(codeOf(() => scramblerFrom(new Uint8Array(32)))).toBe('bad_public_value');
    // A dialect that uses no byte of u would have this u in every exchange.
    const setting = { dialect: { ...DIALECTS.pysrp, uBytes: 0 }, group, hash: 'SHA-256' } as const;
    expect(codeOf(() => new Formulas(setting).u(2n, 3n))).toBe('bad_public_value');
  });

  it('refuses B = k·v, which leaves the client a base of 0, 1 or -1', () => {
    const k = multiplier(group);
    const v = BigInt(`0x${hex(verifier)}`);
    for (const rest of [0n, 1n, -1n]) {
      const B = bytes(((k * v + rest) % group.N).toString(16).padStart(512, '0'));
      const client = startClient({ group });
      expect(codeOf(() => proveClient(client, { context, password, B }))).toBe('bad_public_value');
    }
  });
});

describe('A derived from the verifier when u is known in advance (SRP-3)', () => {
  it('refuses A = ±v^-u, which would make S 1 or -1 for anyone who has the verifier', () => {
    for (const sign of [1n, -1n]) {
      const account = accountOf(DIALECTS.rfc2945);
      const server = startDialectServer(account);
      const B = Buffer.from(server.B);
      const u = createHash('sha1').update(B).digest().readUInt32BE();
      const v = BigInt(`0x${hex(Buffer.from(account.verifier))}`);
      const inverse = engineFor(group).power(group, v, group.N - 1n - BigInt(u));
      const A = bytes(((group.N + sign * inverse) % group.N).toString(16).padStart(512, '0'));
      const answer = { A, M1: new Uint8Array(20) };
      expect(codeOf(() => checkDialectClient(server, answer))).toBe('bad_public_value');
    }
  });
});

describe("the server's proof sent before the client's", () => {
  it('is not available', () => {
    const { server, answer } = proven({ password: wrong });
    expect(Object.keys(server)).toEqual(['B']);
    expect(checkClient(server, answer)).toEqual({ outcome: 'wrong_proof' });
    for (const dialect of WITH_PROOFS)
      expect(Object.keys(started(dialect).server).sort()).toEqual(['B', 'kind', 'salt']);
  });

  it("is not accepted as the client's", () => {
    const fixed = { a: () => seeded('a'), b: () => seeded('b') };
    const first = proven(fixed);
    const done = checkClient(first.server, first.answer);
    if (done.outcome !== 'proven') throw new Error(done.outcome);
    const second = proven(fixed);
    expect(checkClient(second.server, { ...second.answer, M1: done.M2 }).outcome).toBe('wrong_proof');
  });
});

describe('an ephemeral that is short, constant or reused', () => {
  const sources = [new Uint8Array(), new Uint8Array(1), new Uint8Array(31).fill(1), new Uint8Array(32)];

  it.each(sources)('refuses a random source that returns %o', (random) => {
    const randomBytes = () => random;
    const account = accountOf(DIALECTS.pysrp);
    expect(() => startClient({ group, randomBytes })).toThrow(RangeError);
    expect(() => startServer({ suite, verifier, randomBytes })).toThrow(RangeError);
    expect(() => startDialectClient({ ...account, randomBytes })).toThrow(RangeError);
    expect(() => startDialectServer({ ...account, randomBytes })).toThrow(RangeError);
  });

  it('draws 32 new bytes for every exchange', () => {
    const asked: number[] = [];
    const randomBytes = (length: number) => {
      asked.push(length);
      return seeded(`${asked.length}`);
    };
    const account = accountOf(DIALECTS.pysrp);
    const values = [
      ...[1, 2].map(() => startClient({ group, randomBytes }).A),
      ...[1, 2].map(() => startServer({ suite, verifier, randomBytes }).B),
      ...[1, 2].map(() => startDialectClient({ ...account, randomBytes }).A),
      ...[1, 2].map(() => startDialectServer({ ...account, randomBytes }).B),
    ];
    expect(asked).toEqual(Array.from({ length: 8 }, () => 32));
    expect(new Set(values.map((value) => `${value}`)).size).toBe(8);
    expect(startClient({ group }).A).not.toEqual(startClient({ group }).A);
  });

  it('allows one attempt per pending value, even a wrong one', () => {
    const { client, server, proof, answer } = proven();
    expect(checkClient(server, { ...answer, M1: new Uint8Array(32) }).outcome).toBe('wrong_proof');
    expect(codeOf(() => checkClient(server, answer))).toBe('already_used');
    expect(codeOf(() => proveClient(client, { context, password, B: server.B }))).toBe('already_used');
    expect(codeOf(() => checkServer(proof, new Uint8Array(32)))).toBe('proof_mismatch');
    expect(codeOf(() => checkServer(proof, new Uint8Array(32)))).toBe('already_used');
  });

  it('keeps no copy after the state was exported as bytes', () => {
    const { server, answer } = proven();
    const state = server.toBytes();
    expect(codeOf(() => checkClient(server, answer))).toBe('already_used');
    expect(checkClient(restoreServer(state), answer).outcome).toBe('proven');
  });
});

describe('ambiguous concatenation', () => {
  it('never encodes two lists of parts as the same bytes', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = JSON.stringify(one.map(hex)) === JSON.stringify(other.map(hex));
        expect(hex(lengthPrefixed(...one)) === hex(lengthPrefixed(...other))).toBe(same);
      }),
    );
  });

  it('distinguishes a name from a name and identity split elsewhere', () => {
    const account = { ...context, username: 'al', identity: 'ice' };
    const { server, answer } = proven({ context: account });
    const moved = { ...account, username: 'alic', identity: 'e' };
    expect(checkClient(server, { ...answer, context: moved }).outcome).toBe('wrong_proof');
  });
});

describe('a weak group or stretch, chosen by the server', () => {
  it('has names for strong groups only', () => {
    for (const name of ['512', '1024', '1536', 'migration-1024', '2048 ', '']) {
      expect(findGroup(name)).toBeUndefined();
      expect(findSuite(`${name}-sha256`)).toBeUndefined();
    }
  });

  it('accepts no group from the caller', () => {
    const own = { ...group, N: 23n, g: 5n };
    expect(() => startClient({ group: own })).toThrow(TypeError);
    expect(() => startServer({ suite: { ...suite, group: own }, verifier })).toThrow(TypeError);
    expect(() => startDialectClient({ ...accountOf(DIALECTS.pysrp), group: own })).toThrow(TypeError);
  });

  it('is covered by the proof', () => {
    const changes = [
      { suite: findSuite('2048-sha256-pysrp-x')! },
      { stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 } as const },
    ];
    for (const change of changes) {
      const server = startServer({ suite: { ...context, ...change }.suite, verifier });
      const client = startClient({ group });
      // The client received different values, and computes the same S from them.
      const { M1 } = proveClient(client, { context, password, B: server.B });
      const check = checkClient(server, { context: { ...context, ...change }, A: client.A, M1 });
      expect(check, Object.keys(change)[0]).toEqual({ outcome: 'wrong_proof' });
    }
  });

  it('refuses an endless stretch before it starts', () => {
    const stretch = { name: 'argon2id', m: 2 ** 31, t: 100, p: 1 } as const;
    const client = startClient({ group });
    const challenge = { context: { ...context, stretch }, password, B: startServer({ suite, verifier }).B };
    expect(codeOf(() => proveClient(client, challenge))).toBe('stretch_refused');
  });
});

describe('an unknown user distinguished from a known one', () => {
  const seed = seeded('seed');
  const standIn = (username: string) => standInVerifier({ seed, username, suite });

  it('gets a salt of the same length, which never changes', () => {
    expect(standIn('nobody')).toEqual(standIn('nobody'));
    expect(standIn('nobody').salt).not.toEqual(standIn('nobodz').salt);
    expect(standIn('nobody').salt).toHaveLength(generateSalt().length);
  });

  it('gets a verifier whose first bits are distributed like those of a known one', () => {
    const first = new Set(Array.from({ length: 200 }, (_, i) => standIn(`nobody${i}`).verifier[0]! >> 5));
    // N begins with 0xac, so the first three bits can only be 0 to 5.
    expect([...first].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('gets the same answers, and fails like a wrong password', () => {
    const known = proven({ password: wrong });
    const unknown = proven({ verifier: standIn('nobody').verifier });
    expect(unknown.server.B).toHaveLength(known.server.B.length);
    expect(checkClient(unknown.server, unknown.answer)).toEqual(checkClient(known.server, known.answer));
  });
});

describe('a verifier computed in one dialect', () => {
  it('does not accept the password where x is computed differently', () => {
    const setting = { group, hash: 'SHA-256', identity, password } as const;
    const v = computeDialectVerifier({ ...setting, dialect: DIALECTS.tssrp6a, salt: 'a1a2' });
    const server = startDialectServer({ ...setting, dialect: DIALECTS.thinbus, salt: 'a1a2', verifier: v });
    const client = startDialectClient({ ...setting, dialect: DIALECTS.thinbus });
    const proof = proveDialectClient(client, { ...setting, salt: server.salt, B: server.B });
    expect(checkDialectClient(server, { A: client.A, M1: proof.M1 })).toEqual({ outcome: 'wrong_proof' });
    expect(codeOf(() => checkDialectServer(proof, proof.M1))).toBe('proof_mismatch');
  });
});
