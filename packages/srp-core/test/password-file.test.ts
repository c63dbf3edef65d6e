import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromSrpBase64 } from '../src/dialect/srp-base64.ts';
import {
  checkDialectClient,
  computeDialectVerifier,
  DIALECTS,
  findGroup,
  proveDialectClient,
  readSrpvfileRow,
  readTpasswdRow,
  startDialectClient,
  startDialectServer,
} from '../src/index.ts';
import { bytes, hex } from './bytes.ts';
import { VERIFIERS } from './interop-vectors.ts';
import { srpvfileRow, toSrpBase64, tpasswdRow } from './password-rows.ts';

const group = findGroup('2048')!;
const hash = 'SHA-1';

describe.each(VERIFIERS)('$id', ({ dialect, group, identity, password, recorded, hash }) => {
  const { file_line: line = '', salt = '', v = '' } = recorded;
  const tpasswd = dialect.name === 'gnutls';
  const row = tpasswd ? readTpasswdRow(line) : readSrpvfileRow(line);

  it('matches the recorded account', () => {
    const written = { identity: row?.identity, group: row?.group, verifier: hex(row!.verifier) };
    expect(written).toEqual({ identity, group, verifier: v.replace(/^(00)+/, '') });
    // OpenSSL's file keeps the zeros that its hash omits.
    expect(hex(row!.salt).replace(tpasswd ? '' : /^(00)+/, '')).toBe(salt);
    const made = computeDialectVerifier({ dialect, group, hash, identity, password, salt: row!.salt });
    expect(made).toEqual(row?.verifier);
  });
});

describe('rows of password files', () => {
  const dialect = DIALECTS.gnutls;
  const password = bytes('70617373');
  const salt = bytes('00c1c2c3c4c5c6c7c8c9cacbcccdcecf');
  const verifier = computeDialectVerifier({ dialect, group, hash, identity: 'alice', password, salt });
  const row = { identity: 'alice', group, salt, verifier };

  it('yield accounts that can log in', () => {
    const account = readTpasswdRow(`${tpasswdRow(row)}\n`)!;
    const server = startDialectServer({ dialect: DIALECTS['rfc2945-proofs'], hash, ...account });
    const client = startDialectClient({ dialect: DIALECTS['rfc2945-proofs'], group, hash });
    const { M1 } = proveDialectClient(client, { identity: 'alice', password, salt, B: server.B });
    expect(checkDialectClient(server, { A: client.A, M1 }).outcome).toBe('proven');
  });

  it('are refused unless they are rows of a user with a known group', () => {
    const line = tpasswdRow(row);
    const [name, v, s] = line.split(':');
    for (const bad of ['', ':', line.replace(/3$/, '9'), `${line}:`, `:${v}:${s}:3`, `${name}:${v}::3`])
      expect(readTpasswdRow(bad), bad.slice(-20)).toBeUndefined();
    for (const bad of [`${name}:${v}:!:3`, `${name}:é:${s}:3`, 'x'.repeat(10_000_000)])
      expect(readTpasswdRow(bad), bad.slice(-20)).toBeUndefined();
    const tabbed = srpvfileRow(row);
    expect(readSrpvfileRow(tabbed)).toEqual({ ...row });
    for (const bad of ['', line, tabbed.replace('V', 'R'), tabbed.replace('2048', '2047'), `${tabbed}\tx`])
      expect(readSrpvfileRow(bad), bad.slice(-20)).toBeUndefined();
  });
});

describe('SRP base64', () => {
  it('round-trips every byte string', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
        const text = toSrpBase64(value);
        expect(text).toMatch(/^[0-9A-Za-z./]*$/);
        expect(fromSrpBase64(text)).toEqual(value);
      }),
    );
  });

  it('reads GnuTLS output with omitted zero digits', () => {
    const read = (text: string) => hex(fromSrpBase64(text)!);
    expect([read('21WeE4'), read('M1WeE4'), read('5WOA3'), read('0WOA3')]).toEqual([
      '81828384',
      '0581828384',
      '05818283',
      '00818283',
    ]);
  });

  it('accepts only strings that fit a password file', () => {
    for (const value of [undefined, null, 5, {}, []]) {
      const bad = value as never;
      for (const read of [fromSrpBase64, readTpasswdRow, readSrpvfileRow])
        expect(() => read(bad), read.name).toThrow(TypeError);
    }
    expect(fromSrpBase64('0'.repeat(10_000_000))).toBeUndefined();
  });

  it('refuses digits that do not encode whole bytes', () => {
    for (const text of ['*', '=', 'ab=', 'é', '////!', '///'])
      expect(fromSrpBase64(text), text).toBeUndefined();
    expect(['/', '//', '///z'].map((text) => hex(fromSrpBase64(text)!))).toEqual(['3f', '0fff', 'fffffd']);
  });
});
