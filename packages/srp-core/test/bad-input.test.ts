/**
 * One table over the functions of the public surface: whatever a parameter is, a wrong value ends with `TypeError`, `RangeError`
 * or `SrpError`, and never with a result or an error of another kind.
 */
import { describe, expect, it } from 'vitest';
import * as srp from '../src/index.ts';
import { clientPremaster, DIALECTS, type Engine, SrpError, serverPremaster } from '../src/index.ts';
import { accountOf, group, identity, password, started } from './dialect-run.ts';
import { ALL_GROUPS } from './groups.ts';
import { context, proven, salt, seeded, suite, verifier } from './product-run.ts';

type Case = readonly [what: string, value: unknown];

const LONE_SURROGATE = 'al\ud800ce';
const KINDS = {
  undefined: undefined,
  null: null,
  number: 7,
  NaN: Number.NaN,
  bigint: 7n,
  boolean: true,
  string: 'seven',
  array: [1, 2, 3],
  object: {},
  function: () => 7,
  symbol: Symbol('seven'),
  date: new Date(0),
  bytes: new Uint8Array(32).fill(7),
  Uint16Array: new Uint16Array(16),
  Uint8ClampedArray: new Uint8ClampedArray(32),
  DataView: new DataView(new ArrayBuffer(32)),
  ArrayBuffer: new ArrayBuffer(32),
} as const;
type Kind = keyof typeof KINDS;

/** Values of every kind but these. */
function notOf(...kinds: readonly Kind[]): Case[] {
  return Object.entries(KINDS).filter(([kind]) => !kinds.some((wanted) => wanted === kind));
}

const NOT_BYTES = notOf('bytes');
const NOT_TEXT = notOf('string');
/** No kind of value stands for an object that must be one of a list or of a class. */
const NOTHING_FITS = notOf();
const LONG_NAME: Case[] = [
  ['1025 characters', 'x'.repeat(1025)],
  ['a lone surrogate', LONE_SURROGATE],
];
const bytesOf = (...lengths: readonly number[]): Case[] =>
  lengths.map((length) => [`${length} bytes`, new Uint8Array(length).fill(7)]);
const numbersOf = (values: Record<string, bigint>, length = group.bytes): Case[] =>
  Object.entries(values).map(([what, n]) => [
    what,
    new Uint8Array(Buffer.from(n.toString(16).padStart(2 * length, '0'), 'hex')),
  ]);
const NO_PUBLIC_VALUE = [
  ...NOT_BYTES,
  ...bytesOf(0, 1, group.bytes - 1, group.bytes + 1),
  ...numbersOf({ zero: 0n, one: 1n, 'N-1': group.N - 1n, N: group.N, 'N+1': group.N + 1n }),
];
const BAD_SALT = [...NOT_BYTES, ...bytesOf(0, 1025)];
/** Dialects may have empty salts. */
const BAD_DIALECT_SALT = [...NOT_BYTES, ...bytesOf(1025)];
const BAD_PASSWORD = [...NOT_BYTES, ...bytesOf(4097)];
const BAD_NAME = [...NOT_TEXT, ...LONG_NAME];
const NO_SUITE: Case[] = [...NOTHING_FITS, ['a copy of a suite', { ...suite }]];
const NO_GROUP: Case[] = [...NOTHING_FITS, ['a copy of a group', { ...group }]];
const SMALL_GROUP: Case[] = [['a group for migration', ALL_GROUPS[0]]];
const NO_START: Case[] = [
  ...NOTHING_FITS,
  ['a bare object of its look', { A: verifier, B: verifier, M1: salt }],
];

const cost = (name: string, costs: object): Case => [`${name} ${JSON.stringify(costs)}`, { name, ...costs }];
const BAD_COSTS = [0, -1, 1.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY, '8', 8n, null, undefined];
const costsOf = (name: string, good: object): Case[] =>
  Object.keys(good).flatMap((key) =>
    BAD_COSTS.map(
      (bad): Case => [`${name} with ${key} = ${bad} (${typeof bad})`, { name, ...good, [key]: bad }],
    ),
  );
const BAD_STRETCH: Case[] = [
  ...NOTHING_FITS,
  cost('toString', {}),
  cost('argon2i', { m: 8, t: 1, p: 1 }),
  ...costsOf('argon2id', { m: 64, t: 1, p: 1 }),
  ...costsOf('scrypt', { N: 16, r: 1, p: 1 }),
  ...costsOf('pbkdf2', { iterations: 1, hash: 'SHA-256' }),
  cost('argon2id', { m: 7, t: 1, p: 1 }),
  cost('argon2id', { m: 15, t: 1, p: 2 }),
  cost('argon2id', { m: 1024, t: 1, p: 65 }),
  cost('argon2id', { m: 262_145, t: 1, p: 1 }),
  cost('argon2id', { m: 262_144, t: 5, p: 1 }),
  cost('scrypt', { N: 1, r: 1, p: 1 }),
  cost('scrypt', { N: 17, r: 1, p: 1 }),
  cost('scrypt', { N: 2 ** 22, r: 8, p: 1 }),
  cost('pbkdf2', { hash: 'SHA-256', iterations: 10_000_001 }),
  cost('pbkdf2', { hash: 'SHA-384', iterations: 1 }),
];

/** What may stand in each field of a context, and cases of what may not. */
const BAD_CONTEXT: Record<string, Case[]> = {
  username: BAD_NAME,
  suite: NO_SUITE,
  identity: BAD_NAME,
  salt: BAD_SALT,
  stretch: BAD_STRETCH,
  bindingKind: [...NOTHING_FITS, ['tls-unique', 'tls-unique'], ['nothing', '']],
  binding: [...notOf('bytes'), ...bytesOf(0, 31, 33)],
};
const NO_CONTEXT: Case[] = [
  ...NOTHING_FITS,
  ...Object.entries(BAD_CONTEXT).flatMap(([name, cases]) =>
    cases.map(([what, value]): Case => [`${name}: ${what}`, { ...context, [name]: value }]),
  ),
];

const NO_DIALECT: Case[] = [...NOTHING_FITS, ['a copy of a dialect', { ...DIALECTS.pysrp }]];
const NO_HASH: Case[] = [...NOTHING_FITS, ['sha256', 'sha256'], ['SHA-3', 'SHA-3'], ['toString', 'toString']];
const SETTING = { dialect: NO_DIALECT, group: NO_GROUP, hash: NO_HASH };

/**
 * One parameter of one function: `good` are all its fields, made anew for each call so that nothing is used up, and
 * `call` hands them over.
 */
interface Row {
  readonly name: string;
  readonly good: () => Record<string, unknown>;
  readonly call: (fields: never) => unknown;
  readonly bad: Record<string, readonly Case[]>;
}

const bytesAccount = accountOf(DIALECTS['fast-srp-hap']);
const hexAccount = accountOf(DIALECTS.thinbus);
const premaster = accountOf(DIALECTS.rfc5054);
const NOT_DIGITS: Case[] = [...NOT_TEXT, ['no digits', ''], ['other letters', 'xyz'], ['a space', 'a b']];
const NO_HEX_NUMBER: Case[] = [
  ...NOT_DIGITS,
  ...(['0', '1', (group.N - 1n).toString(16), group.N.toString(16)] as const).map(
    (n): Case => [n.slice(-9), n],
  ),
  ['too long', 'f'.repeat(2 * group.bytes + 1)],
];
const BAD_HEX_SALT: Case[] = [
  ...NOT_DIGITS.filter(([, value]) => value !== ''),
  ['2049 digits', 'a'.repeat(2049)],
];

/** Both messages of an exchange in a dialect. */
function dialectRun() {
  const { client, server } = started(DIALECTS.thinbus);
  const challenge = { identity, password, salt: server.salt, B: server.B };
  return { client, server, challenge };
}

function premasterRun() {
  const server = srp.startDialectServer(premaster);
  const client = srp.startDialectClient(premaster);
  return { client, server, challenge: { identity, password, salt: server.salt, B: server.B } };
}

const right = proven();

const ROWS: readonly Row[] = [
  {
    name: 'startClient',
    good: () => ({ group }),
    call: srp.startClient,
    bad: { group: [...NO_GROUP, ...SMALL_GROUP] },
  },
  {
    name: 'proveClient',
    good: () => ({ start: srp.startClient({ group }), context, password, B: right.server.B }),
    call: ({ start, ...rest }: { start: never }) => srp.proveClient(start, rest as never),
    bad: { start: NO_START, context: NO_CONTEXT, password: BAD_PASSWORD, B: NO_PUBLIC_VALUE },
  },
  {
    name: 'checkServer',
    good: () => {
      const { server, proof, answer } = proven();
      const check = srp.checkClient(server, answer);
      return { proof, M2: 'M2' in check && check.M2 };
    },
    call: ({ proof, M2 }: { proof: never; M2: never }) => srp.checkServer(proof, M2),
    bad: { proof: NO_START, M2: [...NOT_BYTES, ...bytesOf(0, 31, 32, 33)] },
  },
  {
    name: 'startServer',
    good: () => ({ suite, verifier }),
    call: srp.startServer,
    bad: { suite: NO_SUITE, verifier: NO_PUBLIC_VALUE },
  },
  {
    name: 'restoreServer',
    good: () => ({ bytes: proven().server.toBytes() }),
    call: ({ bytes }: { bytes: never }) => srp.restoreServer(bytes),
    bad: { bytes: [...NOT_BYTES, ...bytesOf(0, 1, 100, 8193)] },
  },
  {
    name: 'checkClient',
    good: () => ({ start: srp.startServer({ suite, verifier }), ...right.answer }),
    call: ({ start, ...rest }: { start: never }) => srp.checkClient(start, rest as never),
    bad: {
      start: NO_START,
      context: NO_CONTEXT,
      A: NO_PUBLIC_VALUE,
      M1: NOT_BYTES,
      claimedBinding: notOf('bytes', 'undefined'),
    },
  },
  {
    name: 'computeVerifier',
    good: () => ({ suite, identity, password, salt }),
    call: srp.computeVerifier,
    bad: { suite: NO_SUITE, identity: BAD_NAME, password: BAD_PASSWORD, salt: BAD_SALT },
  },
  {
    name: 'checkVerifier',
    good: () => ({ suite, verifier }),
    call: ({ suite, verifier }: { suite: never; verifier: never }) => srp.checkVerifier(suite, verifier),
    bad: { suite: NO_SUITE, verifier: NO_PUBLIC_VALUE },
  },
  {
    name: 'checkPublicValue',
    good: () => ({ group, value: verifier }),
    call: ({ group, value }: { group: never; value: never }) => srp.checkPublicValue(group, value),
    bad: { group: [...NO_GROUP, ...SMALL_GROUP], value: NO_PUBLIC_VALUE },
  },
  {
    name: 'standInVerifier',
    good: () => ({ seed: seeded('seed'), username: 'nobody', suite }),
    call: srp.standInVerifier,
    bad: { seed: [...NOT_BYTES, ...bytesOf(0, 31, 1025)], username: BAD_NAME, suite: NO_SUITE },
  },
  {
    name: 'stretchPassword',
    good: () => ({ password, salt, stretch: { name: 'pbkdf2', hash: 'SHA-256', iterations: 1 } }),
    call: srp.stretchPassword,
    bad: {
      password: BAD_PASSWORD,
      salt: [...NOT_BYTES, ...bytesOf(0, 7, 1025)],
      stretch: BAD_STRETCH,
    },
  },
  {
    name: 'formatStretch',
    good: () => ({ stretch: { name: 'none' } }),
    call: ({ stretch }: { stretch: never }) => srp.formatStretch(stretch),
    bad: { stretch: BAD_STRETCH },
  },
  {
    name: 'sameStretch',
    good: () => ({ a: { name: 'none' }, b: srp.DEFAULT_STRETCH }),
    call: ({ a, b }: { a: never; b: never }) => srp.sameStretch(a, b),
    bad: { a: BAD_STRETCH, b: BAD_STRETCH },
  },
  {
    name: 'parseStretch',
    good: () => ({ text: 'none' }),
    call: ({ text }: { text: never }) => srp.parseStretch(text),
    bad: {
      text: [
        ...NOTHING_FITS,
        ...['', 'None', 'none,', 'none,m=1', 'argon2id', 'argon2id,m=64,t=1', 'argon2id,m=064,t=1,p=1'].map(
          (text): Case => [text, text],
        ),
        ...['argon2id,t=1,m=64,p=1', 'argon2id,m=64,t=1,p=1,p=1', 'argon2id,m=9999999,t=1,p=1'].map(
          (text): Case => [text, text],
        ),
        ...['scrypt,N=17,r=8,p=1', 'pbkdf2-sha384,i=1', 'pbkdf2-sha256,i=0', 'pbkdf2-sha256,i=1e3'].map(
          (text): Case => [text, text],
        ),
        ['a lone surrogate', LONE_SURROGATE],
        ['101 characters', 'x'.repeat(101)],
      ],
    },
  },
  {
    name: 'rawPassword',
    good: () => ({ text: 'correct horse' }),
    call: ({ text }: { text: never }) => srp.rawPassword(text),
    bad: { text: BAD_NAME },
  },
  ...[srp.preparePassword, srp.prepareNewPassword, srp.prepareUsername, srp.isCanonicalUsername].map(
    (read): Row => ({
      name: read.name,
      good: () => ({ text: 'correct horse' }),
      call: ({ text }: { text: never }) => read(text),
      bad: { text: NOT_TEXT },
    }),
  ),
  {
    name: 'equalBytes',
    good: () => ({ a: salt, b: salt }),
    call: ({ a, b }: { a: never; b: never }) => srp.equalBytes(a, b),
    bad: { a: NOT_BYTES, b: NOT_BYTES },
  },
  {
    name: 'toSrpBase64',
    good: () => ({ bytes: salt }),
    call: ({ bytes }: { bytes: never }) => srp.toSrpBase64(bytes),
    bad: { bytes: [...NOT_BYTES, ...bytesOf(4097)] },
  },
  ...[srp.fromSrpBase64, srp.readTpasswdRow, srp.readSrpvfileRow].map(
    (read): Row => ({
      name: read.name,
      good: () => ({ text: '' }),
      call: ({ text }: { text: never }) => read(text),
      bad: { text: NOT_TEXT },
    }),
  ),
  {
    name: 'engineFor',
    good: () => ({ group }),
    call: ({ group }: { group: never }) => srp.engineFor(group),
    bad: { group: NO_GROUP },
  },
  ...[srp.portableEngine, srp.nativeEngine]
    .filter((engine): engine is Engine => engine !== undefined)
    .flatMap((engine) => {
      const base: Case[] = [...notOf('bigint'), ['0', 0n], ['1', 1n], ['N-1', group.N - 1n], ['-2', -2n]];
      const exponent: Case[] = [...notOf('bigint'), ['0', 0n], ['-1', -1n], ['long', 1n << 4096n]];
      return [
        ...(['power', 'publicPower'] as const).map(
          (name): Row => ({
            name: `${name} of the ${engine.name} engine`,
            good: () => ({ group, base: 3n, exponent: 5n }),
            call: (fields: { group: never; base: never; exponent: never }) =>
              engine[name](fields.group, fields.base, fields.exponent),
            bad: { group: NO_GROUP, base, exponent },
          }),
        ),
        {
          name: `fix of the ${engine.name} engine`,
          good: () => ({ group, exponent: 5n, base: 3n }),
          call: (fields: { group: never; base: never; exponent: never }) =>
            engine.fix(fields.group, fields.exponent).power(fields.base),
          bad: { group: NO_GROUP, base, exponent },
        } satisfies Row,
      ];
    }),
  {
    name: 'startDialectClient',
    good: () => ({ ...hexAccount }),
    call: srp.startDialectClient,
    bad: SETTING,
  },
  {
    name: 'proveDialectClient',
    good: () => {
      const { client, challenge } = dialectRun();
      return { client, ...challenge };
    },
    call: ({ client, ...rest }: { client: never }) => srp.proveDialectClient(client, rest as never),
    bad: {
      client: [...NO_START, ['of a premaster dialect', premasterRun().client]],
      identity: BAD_NAME,
      password: BAD_PASSWORD,
      salt: BAD_HEX_SALT,
      B: NO_HEX_NUMBER,
    },
  },
  {
    name: 'checkDialectServer',
    good: () => {
      const { client, server, challenge } = dialectRun();
      const proof = srp.proveDialectClient(client, challenge);
      const check = srp.checkDialectClient(server, { A: client.A, M1: proof.M1 });
      return { proof, M2: 'M2' in check && check.M2 };
    },
    call: ({ proof, M2 }: { proof: never; M2: never }) => srp.checkDialectServer(proof, M2),
    bad: { proof: NO_START, M2: [...NOT_DIGITS, ['zero', '0'], ['65 digits', '1'.repeat(65)]] },
  },
  {
    name: 'startDialectServer in hex',
    good: () => ({ ...hexAccount }),
    call: srp.startDialectServer,
    bad: { ...SETTING, identity: BAD_NAME, salt: BAD_HEX_SALT, verifier: NO_HEX_NUMBER },
  },
  {
    name: 'startDialectServer in bytes',
    good: () => ({ ...bytesAccount }),
    call: srp.startDialectServer,
    bad: { ...SETTING, identity: BAD_NAME, salt: BAD_DIALECT_SALT, verifier: NO_PUBLIC_VALUE },
  },
  {
    name: 'restoreDialectServer',
    good: () => ({ bytes: dialectRun().server.toBytes(), dialect: DIALECTS.thinbus }),
    call: ({ bytes, ...rest }: { bytes: never }) => srp.restoreDialectServer(bytes, rest as never),
    bad: { bytes: [...NOT_BYTES, ...bytesOf(0, 1, 100, 16_385)], dialect: NO_DIALECT },
  },
  {
    name: 'checkDialectClient',
    good: () => {
      const { client, server } = dialectRun();
      return { server, A: client.A, M1: '1' };
    },
    call: ({ server, ...rest }: { server: never }) => srp.checkDialectClient(server, rest as never),
    bad: {
      server: [...NO_START, ['of a premaster dialect', premasterRun().server]],
      A: NO_HEX_NUMBER,
      M1: NOT_TEXT,
    },
  },
  {
    name: 'clientPremaster',
    good: () => {
      const { client, challenge } = premasterRun();
      return { client, ...challenge };
    },
    call: ({ client, ...rest }: { client: never }) => clientPremaster(client, rest as never),
    bad: {
      client: [...NO_START, ['of a dialect with proofs', dialectRun().client]],
      identity: BAD_NAME,
      password: BAD_PASSWORD,
      salt: BAD_DIALECT_SALT,
      B: [...NOT_BYTES, ...bytesOf(0, group.bytes + 1)],
    },
  },
  {
    name: 'serverPremaster',
    good: () => {
      const { client, server } = premasterRun();
      return { server, A: client.A };
    },
    call: ({ server, ...rest }: { server: never }) => serverPremaster(server, rest as never),
    bad: {
      server: [...NO_START, ['of a dialect with proofs', dialectRun().server]],
      A: [...NOT_BYTES, ...bytesOf(0, group.bytes + 1)],
    },
  },
  {
    name: 'computeDialectVerifier',
    good: () => ({ ...hexAccount, password }),
    call: srp.computeDialectVerifier,
    bad: { ...SETTING, identity: BAD_NAME, password: BAD_PASSWORD, salt: BAD_HEX_SALT },
  },
  {
    name: 'replayDialect',
    good: () => ({ ...hexAccount, password, a: seeded('a'), b: seeded('b') }),
    call: srp.replayDialect,
    bad: {
      ...SETTING,
      identity: BAD_NAME,
      password: BAD_PASSWORD,
      salt: BAD_HEX_SALT,
      a: [...NOT_BYTES, ...bytesOf(0, 257)],
      b: [...NOT_BYTES, ...bytesOf(0, 257)],
    },
  },
];

/** What a call ends with: the error, or what it gave, also when that comes later. */
async function endOf(row: Row, fields: unknown): Promise<unknown> {
  try {
    return { value: await row.call(fields as never) };
  } catch (error) {
    return error;
  }
}

const EXPECTED: unknown[] = [TypeError, RangeError, SrpError];
const GRAMMAR = expect.stringMatching(/^"[\w.]+"( and "b")? expected /);

describe.each(ROWS)('$name', (row) => {
  it('takes what is right', async () => {
    expect(await endOf(row, row.good())).toHaveProperty('value');
  });

  it.each(Object.keys(row.bad))('refuses what can be no "%s"', async (name) => {
    for (const [what, value] of row.bad[name] ?? []) {
      const end = await endOf(row, { ...row.good(), [name]: value });
      expect(EXPECTED, `${name}: ${what} ended with ${String(end)}`).toContain(end?.constructor);
      // The package's own grammar: what JavaScript or Node would have said later has another.
      if (!(end instanceof SrpError)) expect(end, `${name}: ${what}`).toMatchObject({ message: GRAMMAR });
    }
  });
});

describe('an options object that is none', () => {
  const TAKING_OPTIONS = {
    startClient: srp.startClient,
    startServer: srp.startServer,
    computeVerifier: srp.computeVerifier,
    standInVerifier: srp.standInVerifier,
    stretchPassword: srp.stretchPassword,
    startDialectClient: srp.startDialectClient,
    startDialectServer: srp.startDialectServer,
    computeDialectVerifier: srp.computeDialectVerifier,
    replayDialect: srp.replayDialect,
  };

  it.each(Object.entries(TAKING_OPTIONS))('is refused by %s', async (_, call) => {
    for (const [what, value] of NOTHING_FITS) {
      const end = await endOf({ name: '', good: () => ({}), call, bad: {} }, value);
      expect(EXPECTED, what).toContain(end?.constructor);
    }
  });
});

it('has a row for every exported function that takes data', () => {
  const rows = ROWS.map(({ name }) => name.split(' ')[0]);
  const without = Object.entries(srp)
    .filter(([name, value]) => typeof value === 'function' && !rows.includes(name))
    .map(([name]) => name);
  expect(without.sort()).toEqual(
    [
      'SrpError',
      // Takes nothing.
      'generateSalt',
      // Answers that say no, and what writes rows.
      ...['findDialect', 'findGroup', 'findMigrationGroup', 'findSuite', 'isStrongEnough'],
      ...['writeSrpvfileRow', 'writeTpasswdRow'],
    ].sort(),
  );
});
