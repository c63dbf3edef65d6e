import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  CURRENT_SUITE,
  checkClient,
  checkServer,
  checkVerifier,
  computeVerifier,
  findSuite,
  LEGACY_SUITE,
  proveClient,
  rawPassword,
  type Suite,
  startClient,
  startServer,
  type TranscriptContext,
} from '../src/index.ts';
import { X_RULES } from '../src/x.ts';
import { bytes, hex } from './bytes.ts';
import { EXCHANGES, type Exchange, VERIFIERS } from './interop-vectors.ts';

/** The suite under which an account of a dialect is imported. */
function suiteOf({ dialect, group, hash }: Pick<Exchange, 'dialect' | 'group' | 'hash'>): Suite {
  const name = `${group.name}-${hash.replace('-', '').toLowerCase()}`;
  const rule = dialect.x === 'rfc5054' ? '' : `-${dialect.x}-x`;
  const suite = name === '2048-sha1' && rule === '-pysrp-x' ? LEGACY_SUITE : findSuite(name + rule);
  if (!suite) throw new Error(`no suite ${name}${rule}`);
  return suite;
}

/** Suites are for verifiers of 2048 bits and more; smaller ones use the dialects. */
const ACCOUNTS = [...EXCHANGES, ...VERIFIERS].filter(({ group }) => !group.name.startsWith('migration'));

describe('an imported account', () => {
  it.each(ACCOUNTS)('has the verifier of $id', (account) => {
    const { identity, password, recorded } = account;
    const options = { suite: suiteOf(account), identity, password, salt: bytes(recorded.salt!) };
    expect(hex(computeVerifier(options))).toBe(recorded.v);
  });

  const rules = new Map(ACCOUNTS.map((account) => [account.dialect.x, account]));
  it.each([...rules])('logs in with x as in %s and the product’s proofs', (_, account) => {
    const { identity, password, recorded } = account;
    const suite = suiteOf(account);
    const context: TranscriptContext = {
      username: 'renamed',
      identity,
      suite,
      salt: bytes(recorded.salt!),
      stretch: { name: 'none' },
      binding: new Uint8Array(32).fill(7),
    };
    const verifier = bytes(recorded.v!);
    checkVerifier(suite, verifier);
    const server = startServer({ suite, verifier });
    const client = startClient({ group: suite.group });
    const proof = proveClient(client, { context, password, B: server.B });
    const check = checkClient(server, { context, A: client.A, M1: proof.M1 });
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    expect(checkServer(proof, check.M2).sessionKey).toEqual(check.sessionKey);
  });

  it('with every rule but the one without libssl is among the recorded ones', () => {
    expect([...rules.keys()].sort()).toEqual(X_RULES.filter((rule) => rule !== 'pysrp-pure').sort());
  });
});

describe('x as computed by python3-srp without libssl', () => {
  const suite = findSuite('2048-sha256-pysrp-pure-x')!;
  const withLibssl = findSuite('2048-sha256-pysrp-x')!;
  const salt = bytes('00a1a2a3a4');
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const inner = (i: number) => sha(Buffer.from(`alice:${i}`));
  const account = (i: number) => ({ identity: 'alice', password: rawPassword(`${i}`), salt });

  it('is the usual one unless H(I ":" P) starts with a zero', () => {
    expect(inner(0)[0]).not.toBe(0);
    expect(computeVerifier({ suite, ...account(0) })).toEqual(
      computeVerifier({ suite: withLibssl, ...account(0) }),
    );
  });

  it('lacks that zero', () => {
    const i = Array.from({ length: 9999 }, (_, i) => i).find((i) => inner(i)[0] === 0)!;
    const x = BigInt(`0x${hex(sha(salt.subarray(1), inner(i).subarray(1)))}`);
    let v = 1n;
    for (const bit of x.toString(2)) {
      v = (v * v) % suite.group.N;
      if (bit === '1') v = (v * suite.group.g) % suite.group.N;
    }
    expect(hex(computeVerifier({ suite, ...account(i) }))).toBe(v.toString(16).padStart(512, '0'));
  });
});

describe('suites', () => {
  it('exist for each group, hash and rule', () => {
    const hashes = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
    const names = ['2048', '3072', '4096', '6144', '8192'].flatMap((group) =>
      hashes.flatMap((hash) =>
        X_RULES.map((rule) => `${group}-${hash}${rule === 'rfc5054' ? '' : `-${rule}-x`}`),
      ),
    );
    const legacy = (name: string) => (name === '2048-sha1-pysrp-x' ? '2048-legacy-x' : name);
    const suites = names.map(legacy).map((name) => findSuite(name));
    expect(suites.map((suite) => suite?.name)).toEqual(names.map(legacy));
    expect([CURRENT_SUITE.name, LEGACY_SUITE.name]).toEqual(['3072-sha256', '2048-legacy-x']);
  });

  it('have a second name for the x of the current suite, for passwords used as typed', () => {
    const unstretched = findSuite('3072-sha256-rfc5054-x')!;
    expect(unstretched).not.toBe(CURRENT_SUITE);
    expect(unstretched).toEqual({ ...CURRENT_SUITE, name: '3072-sha256-rfc5054-x' });
  });

  it('have no other names', () => {
    for (const name of [
      '',
      '1024-sha1',
      'migration-1024-sha1',
      '2048-md5',
      '2048-sha1-pysrp-x',
      '2048-sha256-rfc5054-x',
      'toString',
    ])
      expect(findSuite(name), name).toBeUndefined();
  });
});
