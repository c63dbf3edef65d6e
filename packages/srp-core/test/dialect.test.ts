import { describe, expect, it } from 'vitest';
import {
  checkDialectClient,
  checkDialectServer,
  clientPremaster,
  computeDialectVerifier,
  DIALECTS,
  findGroup,
  findMigrationGroup,
  proveDialectClient,
  serverPremaster,
  startDialectClient,
  startDialectServer,
} from '../src/index.ts';
import {
  accountOf,
  codeOf,
  dialectNamed,
  digitsOf,
  group,
  identity,
  password,
  started,
  WITH_PREMASTER,
  WITH_PROOFS,
  written,
  wrong,
} from './dialect-run.ts';

describe.each(WITH_PROOFS)('$name', (dialect) => {
  it('yields the same key on both sides', () => {
    const { client, server } = started(dialect);
    const proof = proveDialectClient(client, { identity, password, ...server });
    const check = checkDialectClient(server, { A: client.A, M1: proof.M1 });
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    expect(checkDialectServer(proof, check.M2).sessionKey).toEqual(check.sessionKey);
  });

  it('refuses a wrong password and reveals nothing else', () => {
    const { client, server } = started(dialect);
    const { M1 } = proveDialectClient(client, { identity, password: wrong, ...server });
    expect(checkDialectClient(server, { A: client.A, M1 })).toEqual({ outcome: 'wrong_proof' });
  });

  it('does not trust a server without the verifier', () => {
    const { client, server } = started(dialect);
    const proof = proveDialectClient(client, { identity, password, ...server });
    expect(codeOf(() => checkDialectServer(proof, written(dialect, 'ab'.repeat(32))))).toBe('proof_mismatch');
  });

  it('uses every pending value once', () => {
    const { client, server } = started(dialect);
    const proof = proveDialectClient(client, { identity, password, ...server });
    expect(codeOf(() => proveDialectClient(client, { identity, password, ...server }))).toBe('already_used');
    expect(checkDialectClient(server, { A: client.A, M1: proof.M1 }).outcome).toBe('proven');
    expect(codeOf(() => checkDialectClient(server, { A: client.A, M1: proof.M1 }))).toBe('already_used');
    const noProof = written(dialect, '');
    expect(codeOf(() => checkDialectServer(proof, noProof))).toBe('proof_mismatch');
    expect(codeOf(() => checkDialectServer(proof, noProof))).toBe('already_used');
  });

  it('rejects a malformed proof like a wrong one', () => {
    const long = written(dialect, '11'.repeat(10_000_000));
    const bad = ['', '0', 'zz'.repeat(32), '-1', '0x12', ' ', 'é'].map((text) => written(dialect, text));
    for (const M1 of [long, ...bad]) {
      const { client, server } = started(dialect);
      expect(checkDialectClient(server, { A: client.A, M1 })).toEqual({ outcome: 'wrong_proof' });
    }
  });
});

describe.each(WITH_PREMASTER)('$name', (dialect) => {
  it('yields the same premaster secret on both sides', () => {
    const account = accountOf(dialect);
    const client = startDialectClient(account);
    const server = startDialectServer(account);
    const secret = serverPremaster(server, { A: client.A });
    expect(clientPremaster(client, { identity, password, ...server })).toEqual(secret);
    expect(codeOf(() => serverPremaster(server, { A: client.A }))).toBe('already_used');
  });

  it('yields a different one for a wrong password', () => {
    const account = accountOf(dialect);
    const client = startDialectClient(account);
    const server = startDialectServer(account);
    const secret = serverPremaster(server, { A: client.A });
    expect(clientPremaster(client, { identity, password: wrong, ...server })).not.toEqual(secret);
  });
});

const BAD_SALT = /a salt is at most 1024 bytes/;

describe('the wire format', () => {
  it('accepts padding where the dialect drops zeros', () => {
    for (const name of [
      'pysrp',
      'openssl',
      'gnutls',
      'rfc5054',
      'tssrp6a',
      'thinbus',
      'bouncycastle',
    ] as const) {
      const account = accountOf(dialectNamed(name));
      const padded = written(account.dialect, digitsOf(account.verifier).padStart(512, '0'));
      const longer = written(account.dialect, digitsOf(account.verifier).padStart(514, '0'));
      expect(codeOf(() => startDialectServer({ ...account, verifier: padded }))).toBeUndefined();
      expect(codeOf(() => startDialectServer({ ...account, verifier: longer }))).toBe('bad_verifier');
    }
  });

  it('has full length where the dialect pads', () => {
    for (const name of ['fast-srp-hap', 'fast-srp-hap-nohap', 'secure-remote-password'] as const) {
      const account = accountOf(dialectNamed(name));
      const shorter = written(account.dialect, digitsOf(account.verifier).slice(2));
      expect(codeOf(() => startDialectServer({ ...account, verifier: shorter }))).toBe('bad_verifier');
    }
  });

  it('accepts upper-case hex and sends lower case', () => {
    const { client, server } = started(DIALECTS.thinbus);
    const challenge = { identity, password, salt: digitsOf(server.salt).toUpperCase() };
    const proof = proveDialectClient(client, { ...challenge, B: digitsOf(server.B).toUpperCase() });
    expect(digitsOf(proof.M1)).toMatch(/^[1-9a-f][0-9a-f]*$/);
    const M1 = digitsOf(proof.M1).toUpperCase();
    expect(checkDialectClient(server, { A: client.A, M1 }).outcome).toBe('proven');
  });

  it('preserves every digit of thinbus salts, even an odd number of them', () => {
    const setting = { dialect: DIALECTS.thinbus, group, hash: 'SHA-256', identity, password } as const;
    const verifiers = ['abc', '0abc', 'ABC'].map((salt) => computeDialectVerifier({ ...setting, salt }));
    expect(verifiers[0]).toBe(verifiers[2]);
    expect(verifiers[0]).not.toBe(verifiers[1]);
    const server = startDialectServer({ ...setting, salt: 'abc', verifier: verifiers[0]! });
    expect(server.salt).toBe('abc');
  });

  it('drops the zeros of a salt that the implementation treats as a number', () => {
    for (const name of ['pysrp', 'apple-gsa', 'openssl'] as const)
      expect(digitsOf(startDialectServer(accountOf(dialectNamed(name))).salt)).toMatch(/^a1/);
    expect(startDialectServer(accountOf(DIALECTS.tssrp6a)).salt).toMatch(/^a1/);
    for (const name of ['gnutls', 'fast-srp-hap', 'secure-remote-password', 'thinbus'] as const)
      expect(digitsOf(startDialectServer(accountOf(dialectNamed(name))).salt)).toMatch(/^00a1/);
  });

  it('refuses an invalid salt', () => {
    const { dialect, hash } = accountOf(DIALECTS.thinbus);
    const setting = { dialect, group, hash, identity, password };
    for (const salt of ['xyz', 'a'.repeat(2049), 'a b'])
      expect(() => computeDialectVerifier({ ...setting, salt }), salt.slice(0, 9)).toThrow(BAD_SALT);
    const padded = { ...setting, dialect: DIALECTS['secure-remote-password'] };
    expect(() => computeDialectVerifier({ ...padded, salt: 'abc' })).toThrow(BAD_SALT);
    const pysrp = { ...setting, dialect: DIALECTS.pysrp };
    expect(() => computeDialectVerifier({ ...pysrp, salt: new Uint8Array(1025) })).toThrow(BAD_SALT);
  });

  it('accepts an empty salt, which pysrp sends for zeros', () => {
    const setting = { ...accountOf(DIALECTS.pysrp), group, identity, password };
    const salt = new Uint8Array(4);
    const verifier = computeDialectVerifier({ ...setting, salt });
    const client = startDialectClient(setting);
    const server = startDialectServer({ ...setting, salt, verifier });
    expect(server.salt).toHaveLength(0);
    const { M1 } = proveDialectClient(client, { identity, password, salt: server.salt, B: server.B });
    expect(checkDialectClient(server, { A: client.A, M1 }).outcome).toBe('proven');
  });
});

describe("a dialect's setting", () => {
  const hash = 'SHA-256';

  it('accepts only hashes that the dialect supports', () => {
    const sha1 = { dialect: DIALECTS.openssl, group, hash } as const;
    expect(() => startDialectClient(sha1)).toThrow('"hash" expected one of dialect.hashes');
    expect(() => startDialectClient({ ...sha1, dialect: DIALECTS.thinbus, hash: 'SHA-1' })).toThrow(
      RangeError,
    );
  });

  it('accepts only the group that the dialect supports', () => {
    const setting = { dialect: DIALECTS['secure-remote-password'], group: findGroup('3072')!, hash } as const;
    expect(() => startDialectClient(setting)).toThrow('"group" expected 2048 bits in this dialect');
  });

  it('accepts small groups only under their migration names', () => {
    expect(findGroup('1024')).toBeUndefined();
    const small = findMigrationGroup('migration-1024')!;
    expect(startDialectClient({ dialect: DIALECTS.pysrp, group: small, hash }).A).toBeInstanceOf(Uint8Array);
  });

  it('cannot be made up', () => {
    const dialect = { ...DIALECTS.pysrp };
    expect(() => startDialectClient({ dialect, group, hash })).toThrow(TypeError);
    expect(() => startDialectClient({ dialect: DIALECTS.pysrp, group: { ...group }, hash })).toThrow(
      TypeError,
    );
    expect(Object.isFrozen(DIALECTS.pysrp.ending.M1)).toBe(true);
  });
});

describe('arguments of the wrong type', () => {
  const { account, client, server } = started(DIALECTS.thinbus);
  const junk = [undefined, null, 1, 1n, true, [], {}, () => 0, Symbol('s'), new Date(0)];

  it('are TypeErrors and do not end an exchange', () => {
    for (const value of junk) {
      const bad = value as never;
      expect(() => startDialectClient(bad)).toThrow(TypeError);
      expect(() => startDialectServer(bad)).toThrow(TypeError);
      for (const name of ['dialect', 'group', 'hash', 'identity', 'salt', 'verifier'])
        expect(() => startDialectServer({ ...account, [name]: bad }), name).toThrow(TypeError);
      expect(() => proveDialectClient(bad, { identity, password, ...server })).toThrow(TypeError);
      expect(() => checkDialectClient(bad, { A: '2', M1: '1' })).toThrow(TypeError);
      expect(() => checkDialectServer(bad, '1')).toThrow(TypeError);
    }
    expect(() => proveDialectClient(server as never, { identity, password, ...server })).toThrow(TypeError);
    expect(() => checkDialectClient(client as never, { A: '2', M1: '1' })).toThrow(TypeError);
    expect(() => clientPremaster(client as never, { identity, password, ...server })).toThrow(TypeError);
    const M1 = proveDialectClient(client, { identity, password, ...server }).M1;
    expect(checkDialectClient(server, { A: client.A, M1 }).outcome).toBe('proven');
  });

  it('are TypeErrors in a message too', () => {
    for (const value of junk) {
      const bad = value as never;
      for (const name of ['identity', 'password', 'salt', 'B']) {
        const { client, server } = started(DIALECTS.thinbus);
        const challenge = { identity, password, salt: server.salt, B: server.B, [name]: bad };
        expect(() => proveDialectClient(client, challenge), name).toThrow(TypeError);
      }
      for (const name of ['A', 'M1']) {
        const { client, server } = started(DIALECTS.thinbus);
        expect(() => checkDialectClient(server, { A: client.A, M1: '1', [name]: bad })).toThrow(TypeError);
      }
    }
  });
});
