import { randomInt } from 'node:crypto';
import { computeVerifier, findSuite, preparePassword, rawPassword } from '@countersign/srp-core';
import { afterAll, describe, expect, it } from 'vitest';
import { hex, padTo } from '../peers/bytes.ts';
import { type FileGroup, gnutlsFiles, opensslFiles, type PasswordEntry } from '../peers/password-files.ts';
import { ROUNDS, ROUNDS_TIMEOUT, randomPerson, randomSalt } from './rounds.ts';

const GROUPS: readonly FileGroup[] = ['2048', '3072', '4096'];
const openssl = opensslFiles();
const srptool = gnutlsFiles();
afterAll(() => {
  openssl.close();
  srptool.close();
});

/** What each program computes. GnuTLS prepares passwords (RFC 8265, OpaqueString); OpenSSL takes the bytes as they are. */
const OURS = {
  'openssl srp': {
    suite: (group: FileGroup) => (group === '2048' ? '2048-legacy-x' : `${group}-sha1-pysrp-x`),
    password: rawPassword,
  },
  srptool: {
    suite: (group: FileGroup) => `${group}-sha1`,
    password(text: string) {
      const prepared = preparePassword(text);
      if (!prepared.ok) throw new Error(`${text}: ${prepared.problem}`);
      return prepared.password;
    },
  },
};

function verifierOf(
  program: keyof typeof OURS,
  group: FileGroup,
  { user, password, salt }: Omit<PasswordEntry, 'verifier'>,
): Uint8Array {
  const ours = OURS[program];
  const suite = findSuite(ours.suite(group));
  if (!suite) throw new Error(`no suite ${ours.suite(group)}`);
  return computeVerifier({ suite, identity: user, password: ours.password(password), salt });
}

describe.each([
  ['openssl srp', openssl],
  ['srptool', srptool],
] as const)('%s', (name, files) => {
  it(
    'makes the verifiers that we compute',
    () => {
      for (let round = 0; round < ROUNDS; round++) {
        const group = GROUPS[round % 3]!;
        const { identity, password } = randomPerson();
        const entry = files.make(group, identity, password);
        const ours = verifierOf(name, group, entry);
        const values = { group, identity, password, salt: hex(entry.salt) };
        expect({ ...values, verifier: hex(padTo(ours.length, entry.verifier)) }).toEqual({
          ...values,
          verifier: hex(ours),
        });
      }
    },
    ROUNDS_TIMEOUT,
  );

  it(
    'takes our verifiers, also over salts with leading zeros, and refuses another password',
    () => {
      for (let round = 0; round < ROUNDS; round++) {
        const group = GROUPS[round % 3]!;
        const { identity: user, password } = randomPerson();
        // GnuTLS's file format loses a leading zero byte where the length is 2 more than a multiple of 3.
        const salt = randomSalt(15 + randomInt(2));
        const about = { user, password, salt };
        const verifier = verifierOf(name, group, about);
        const taken = files.accepts(group, { ...about, verifier: minimal(verifier) });
        const other = files.accepts(group, {
          ...about,
          password: `${password}x`,
          verifier: minimal(verifier),
        });
        const values = { group, user, password, salt: hex(salt), verifier: hex(verifier) };
        expect({ ...values, taken, other }).toEqual({ ...values, taken: true, other: false });
      }
    },
    ROUNDS_TIMEOUT,
  );
});

function minimal(number: Uint8Array): Uint8Array {
  return number.subarray(number.findIndex((byte) => byte !== 0));
}
