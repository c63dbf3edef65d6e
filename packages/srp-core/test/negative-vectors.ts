/**
 * Creates `vectors/negative.json`: messages that every implementation must reject. A test compares the file
 * with this code. To rewrite it after a change, use a Node that runs TypeScript (24), in the package's
 * folder:
 *
 *   node --conditions=@countersign/source --input-type=module -e "
 *     import { negativeVectors } from './test/negative-vectors.ts'; import { writeFileSync } from 'node:fs';
 *     writeFileSync('vectors/negative.json', JSON.stringify(negativeVectors(), null, 2) + '\n')"
 */
import { Formulas } from '../src/dialect/formulas.ts';
import { readSalt } from '../src/dialect/wire.ts';
import { minimal } from '../src/encoding.ts';
import {
  checkDialectClient,
  type Dialect,
  findGroup,
  findMigrationGroup,
  type Group,
  proveDialectClient,
  startDialectClient,
  startDialectServer,
  type WireForm,
} from '../src/index.ts';
import { hex } from './bytes.ts';
import { accountOf, digitsOf, identity, password, WITH_PROOFS, wrong } from './dialect-run.ts';

const GROUPS: readonly Group[] = [
  ...['migration-1024', 'migration-1536'].map(findMigrationGroup),
  ...['2048', '3072', '4096', '6144', '8192'].map(findGroup),
].filter((group) => group !== undefined);

const EPHEMERALS = { a: '5a'.repeat(32), b: 'c3'.repeat(32) };

function fixed(hex: string): () => Uint8Array {
  return () => new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Public values that no honest side sends, as bytes. */
function publicValues({ N, bits, bytes }: Group) {
  const pad = (n: bigint, length = bytes) => n.toString(16).padStart(2 * length, '0');
  return [
    { id: 'empty', value: '', why: 'no bytes at all stand for 0' },
    { id: 'zero', value: pad(0n), why: 'S becomes 0 whatever the password' },
    { id: 'zero-byte', value: '00', why: 'the same without padding' },
    { id: 'one', value: pad(1n), why: 'a power of it is 1' },
    { id: 'one-byte', value: '01', why: 'the same without padding' },
    { id: 'N-1', value: pad(N - 1n), why: 'a power of it is 1 or N-1' },
    { id: 'N', value: pad(N), why: 'congruent to 0, and not the integer 0' },
    { id: 'N+1', value: pad(N + 1n), why: 'congruent to 1' },
    { id: '2N', value: pad(2n * N, bytes + 1), why: 'congruent to 0, and longer than N' },
    {
      id: '2^bits',
      value: pad(2n ** BigInt(bits), bytes + 1),
      why: 'zero when it is cut to the length of N',
    },
    { id: 'too-long', value: pad(N - 2n, bytes + 1), why: 'in range, and one byte longer than N' },
  ];
}

/**
 * What an attacker without the password sends to a server that accepts A ≡ 0: S is 0, and M1 follows from it.
 */
function forgeries(dialect: Dialect<WireForm, 'proofs'>) {
  const { account, B, setting, salt } = exchangeOf(dialect);
  const { N } = setting.group;
  const number = BigInt(`0x0${B}`);
  const forge = (id: string, A: bigint, hashed: bigint) => {
    const { M1 } = new Formulas(setting).outcome({ A: hashed, B: number, S: 0n, identity, salt });
    return { id, A: hex(A === 0n ? new Uint8Array(setting.group.bytes) : minimal(A)), M1: hex(M1) };
  };
  return { ...account, cases: [forge('zero', 0n, 0n), forge('N', N, N), forge('2N, reduced', 2n * N, 0n)] };
}

/** Proofs that differ slightly from the correct one. */
function wrongProofs(dialect: Dialect<WireForm, 'proofs'>) {
  const { account, A, M1, M2, guess } = exchangeOf(dialect);
  const flip = (index: number, mask: number) => {
    const changed = Buffer.from(M1, 'hex');
    changed[index] = (changed[index] ?? 0) ^ mask;
    return changed.toString('hex');
  };
  const last = M1.length / 2 - 1;
  const cases = [
    { id: 'empty', M1: '' },
    { id: 'first bit', M1: flip(0, 0x80) },
    { id: 'last bit', M1: flip(last, 1) },
    { id: 'all zero', M1: '00'.repeat(last + 1) },
    { id: 'a byte short', M1: M1.slice(0, -2) },
    { id: 'a byte more behind', M1: `${M1}00` },
    { id: 'a byte more in front', M1: `00${M1}` },
    { id: "the server's own proof", M1: M2 },
    { id: 'of another password', M1: guess },
  ];
  return { ...account, a: EPHEMERALS.a, A, rightM1: M1, M2, cases };
}

/** One valid exchange, and the proof for a wrong password. */
function exchangeOf(dialect: Dialect<WireForm, 'proofs'>) {
  const { verifier, ...setting } = accountOf(dialect);
  const { group, hash } = setting;
  const server = startDialectServer({ ...setting, verifier, randomBytes: fixed(EPHEMERALS.b) });
  const { B, salt } = server;
  const prove = (attempt: Uint8Array) => {
    const start = startDialectClient({ ...setting, randomBytes: fixed(EPHEMERALS.a) });
    return { A: start.A, M1: proveDialectClient(start, { identity, password: attempt, salt, B }).M1 };
  };
  const { A, M1 } = prove(password);
  const check = checkDialectClient(server, { A, M1 });
  if (check.outcome !== 'proven') throw new Error(check.outcome);
  const length = 2 * digestBytes(hash);
  const proof = (value: Uint8Array | string) => digitsOf(value).padStart(length, '0');
  const number = (value: Uint8Array | string) => digitsOf(value).padStart(2 * group.bytes, '0');
  const account = {
    dialect: dialect.name,
    group: group.name,
    hash,
    identity,
    salt: digitsOf(setting.salt),
    verifier: number(verifier),
    b: EPHEMERALS.b,
    B: number(B),
  };
  return {
    account,
    setting,
    salt: readSalt(dialect.wire, setting.salt),
    A: number(A),
    B: number(B),
    M1: proof(M1),
    M2: proof(check.M2),
    guess: proof(prove(wrong).M1),
  };
}

function digestBytes(hash: string): number {
  return hash === 'SHA-1' ? 20 : Number(hash.slice(4)) / 8;
}

/** The whole file. */
export function negativeVectors() {
  return {
    title: 'SRP-6a messages that a server or client must refuse',
    publicValues: GROUPS.map((group) => ({ group: group.name, values: publicValues(group) })),
    forgedProofs: WITH_PROOFS.map(forgeries),
    wrongProofs: WITH_PROOFS.map(wrongProofs),
  };
}
