/** The published negative vectors: up to date, and rejected by every half of this package. */
import { describe, expect, it } from 'vitest';
import {
  checkDialectClient,
  checkPublicValue,
  checkVerifier,
  clientPremaster,
  type Dialect,
  type Engine,
  findGroup,
  findMigrationGroup,
  findSuite,
  type Group,
  proveDialectClient,
  serverPremaster,
  startDialectClient,
  startDialectServer,
  type WireForm,
} from '../src/index.ts';
import vectors from '../vectors/negative.json' with { type: 'json' };
import { bytes } from './bytes.ts';
import {
  accountOf,
  codeOf,
  digitsOf,
  identity,
  password,
  WITH_PREMASTER,
  WITH_PROOFS,
  written,
  wrong,
} from './dialect-run.ts';
import { negativeVectors } from './negative-vectors.ts';

function groupOf(name: string): Group {
  const group = findGroup(name) ?? findMigrationGroup(name);
  if (!group) throw new Error(`no group ${name}`);
  return group;
}

function proofDialect(name: string): Dialect<WireForm, 'proofs'> {
  const dialect = WITH_PROOFS.find((known) => known.name === name);
  if (!dialect) throw new Error(`no proofs in ${name}`);
  return dialect;
}

/** Returns a value in the dialect's encoding, including numbers without leading zeros, and digits. */
function number(dialect: Dialect, hex: string): Uint8Array | string {
  return written(dialect, dialect.wire.numbers === 'min' ? hex.replace(/^(00)+/, '') : hex);
}

function serverOf(row: (typeof vectors.wrongProofs)[number] | (typeof vectors.forgedProofs)[number]) {
  const dialect = proofDialect(row.dialect);
  const server = startDialectServer({
    ...accountOf(dialect),
    salt: written(dialect, row.salt),
    verifier: number(dialect, row.verifier),
    randomBytes: () => bytes(row.b),
  });
  return { dialect, server };
}

it('the published file matches the code', () => {
  expect(vectors).toEqual(negativeVectors());
});

describe.each(vectors.publicValues)('public values over $group', ({ group: name, values }) => {
  const group = groupOf(name);
  const suite = findSuite(`${name}-sha256`);

  it.each(values)('refuses $id', ({ value }) => {
    if (suite) {
      expect(codeOf(() => checkPublicValue(suite.group, bytes(value)))).toBe('bad_public_value');
      expect(codeOf(() => checkVerifier(suite, bytes(value)))).toBe('bad_verifier');
    }
    for (const dialect of WITH_PROOFS.filter(({ onlyGroup = name }) => onlyGroup === name)) {
      const B = written(dialect, value);
      const setting = { dialect, group, hash: dialect.hashes[0]!, identity, password };
      const salt = written(dialect, 'a1');
      const client = startDialectClient(setting);
      expect(codeOf(() => proveDialectClient(client, { ...setting, salt, B }))).toBe('bad_public_value');
      const account = { ...setting, salt, verifier: B };
      expect(codeOf(() => startDialectServer(account))).toBe('bad_verifier');
      if (name !== '2048') continue;
      const answer = { A: B, M1: written(dialect, '00') };
      const server = startDialectServer(accountOf(dialect));
      expect(codeOf(() => checkDialectClient(server, answer))).toBe('bad_public_value');
    }
  });
});

describe.each(WITH_PREMASTER)('a dialect with a premaster secret: $name', (dialect) => {
  const all = vectors.publicValues.flatMap(({ group, values }) =>
    values.map((value) => ({ ...value, group, name: `${value.id} over ${group}` })),
  );
  const fixed = { a: () => bytes('5a'.repeat(32)), b: () => bytes('c3'.repeat(32)) };

  /** Returns g^a = g^b = 4 and computes nothing else: a value must be rejected before any power. */
  const idle: Engine = {
    name: 'portable',
    power: () => 4n,
    publicPower: () => {
      throw new Error('a power of v');
    },
    fix: () => ({
      value: 4n,
      power: () => {
        throw new Error('a power of A');
      },
    }),
  };

  it.each(all)('refuses $name as A, B and v', ({ group: name, value }) => {
    const group = groupOf(name);
    const setting = { dialect, group, hash: dialect.hashes[0]!, identity, password, engine: idle };
    const salt = written(dialect, 'a1');
    const sent = written(dialect, value);
    const client = startDialectClient(setting);
    expect(codeOf(() => clientPremaster(client, { ...setting, salt, B: sent }))).toBe('bad_public_value');
    expect(codeOf(() => clientPremaster(client, { ...setting, salt, B: sent }))).toBe('already_used');
    const account = { ...setting, salt, verifier: sent };
    expect(codeOf(() => startDialectServer(account))).toBe('bad_verifier');
    const verifier = written(dialect, '03'.padStart(2 * group.bytes, '0'));
    const server = startDialectServer({ ...account, verifier });
    expect(codeOf(() => serverPremaster(server, { A: sent }))).toBe('bad_public_value');
    expect(codeOf(() => serverPremaster(server, { A: sent }))).toBe('already_used');
  });

  it('yields another secret for another password, salt or name', () => {
    const account = accountOf(dialect);
    const secrets = (changes: object) => {
      const server = startDialectServer({ ...account, randomBytes: fixed.b });
      const client = startDialectClient({ ...account, randomBytes: fixed.a });
      const challenge = { identity, password, salt: server.salt, B: server.B, ...changes };
      return [clientPremaster(client, challenge), serverPremaster(server, { A: client.A })].map(digitsOf);
    };
    const [right, same] = secrets({});
    expect(right).toBe(same);
    for (const changes of [{ password: wrong }, { identity: 'alicf' }, { salt: written(dialect, 'a1') }]) {
      const [other, server] = secrets(changes);
      expect(server).toBe(same);
      expect(other, Object.keys(changes)[0]).not.toBe(same);
    }
  });
});

describe.each(vectors.forgedProofs)('a server of $dialect', (row) => {
  it.each(row.cases)('lets no one in with A = $id and the M1 that follows from it', ({ A, M1 }) => {
    for (const writing of [written, number]) {
      const { dialect, server } = serverOf(row);
      const answer = { A: writing(dialect, A), M1: written(dialect, M1) };
      expect(codeOf(() => checkDialectClient(server, answer))).toBe('bad_public_value');
    }
  });
});

describe.each(vectors.wrongProofs)('a server of $dialect', (row) => {
  it('accepts the correct proof', () => {
    const { dialect, server } = serverOf(row);
    const answer = { A: number(dialect, row.A), M1: written(dialect, row.rightM1) };
    expect(checkDialectClient(server, answer).outcome).toBe('proven');
  });

  it.each(row.cases)('refuses a wrong proof: $id', ({ M1 }) => {
    const { dialect, server } = serverOf(row);
    const answer = { A: number(dialect, row.A), M1: written(dialect, M1) };
    expect(checkDialectClient(server, answer)).toEqual({ outcome: 'wrong_proof' });
  });
});
