/** The functions of the dialects: valid arguments, and values that each parameter must reject. */
import * as srp from '../src/index.ts';
import { clientPremaster, DIALECTS, serverPremaster } from '../src/index.ts';
import type { Row } from './bad-rows.ts';
import {
  BAD_DIALECT_SALT,
  BAD_NAME,
  BAD_PASSWORD,
  bytesOf,
  type Case,
  NO_ENGINE,
  NO_GROUP,
  NO_PUBLIC_VALUE,
  NO_START,
  NOT_BYTES,
  NOT_TEXT,
  NOTHING_FITS,
} from './bad-values.ts';
import { accountOf, group, identity, password, started } from './dialect-run.ts';
import { seeded } from './product-run.ts';

const NO_DIALECT: Case[] = [...NOTHING_FITS, ['a copy of a dialect', { ...DIALECTS.pysrp }]];
const NO_HASH: Case[] = [...NOTHING_FITS, ['sha256', 'sha256'], ['SHA-3', 'SHA-3'], ['toString', 'toString']];
const SETTING = { dialect: NO_DIALECT, group: NO_GROUP, hash: NO_HASH };

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

export const DIALECT_ROWS: readonly Row[] = [
  {
    name: 'startDialectClient',
    good: () => ({ ...hexAccount }),
    call: srp.startDialectClient,
    bad: { ...SETTING, engine: NO_ENGINE },
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
    bad: { ...SETTING, identity: BAD_NAME, salt: BAD_HEX_SALT, verifier: NO_HEX_NUMBER, engine: NO_ENGINE },
  },
  {
    name: 'startDialectServer in bytes',
    good: () => ({ ...bytesAccount }),
    call: srp.startDialectServer,
    bad: { ...SETTING, identity: BAD_NAME, salt: BAD_DIALECT_SALT, verifier: NO_PUBLIC_VALUE },
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
    bad: { ...SETTING, identity: BAD_NAME, password: BAD_PASSWORD, salt: BAD_HEX_SALT, engine: NO_ENGINE },
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
      engine: NO_ENGINE,
    },
  },
];
