import { randomInt } from 'node:crypto';
import {
  computeDialectVerifier,
  DIALECTS,
  type PasswordFileRow,
  preparePassword,
  rawPassword,
  readSrpvfileRow,
  readTpasswdRow,
} from '@countersign/srp-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { srpvfileRow, tpasswdRow } from '../../packages/srp-core/test/password-rows.ts';
import { withCounterpart } from '../../scripts/test/with-counterpart.ts';
import { hex } from '../peers/bytes.ts';
import { type FileGroup, gnutlsFiles, opensslFiles, type PasswordFiles } from '../peers/password-files.ts';
import { groupOf } from '../peers/peer.ts';
import { ROUNDS, ROUNDS_TIMEOUT, randomPerson, randomSalt } from './rounds.ts';

const GROUPS: readonly FileGroup[] = ['2048', '3072', '4096'];

/** srptool prepares passwords (RFC 8265, OpaqueString); `openssl srp` uses the bytes as typed. */
function opaqueString(text: string): Uint8Array {
  const prepared = preparePassword(text);
  if (!prepared.ok) throw new Error(`${text}: ${prepared.problem}`);
  return prepared.password;
}

const PROGRAMS = [
  {
    program: 'openssl srp',
    needs: 'openssl',
    open: opensslFiles,
    dialect: DIALECTS.openssl,
    read: readSrpvfileRow,
    write: srpvfileRow,
    prepare: rawPassword,
  },
  {
    program: 'srptool',
    needs: 'srptool',
    open: gnutlsFiles,
    dialect: DIALECTS.gnutls,
    read: readTpasswdRow,
    write: tpasswdRow,
    prepare: opaqueString,
  },
] as const;

for (const { program, needs, open, dialect, read, write, prepare } of PROGRAMS)
  withCounterpart(needs, program, () => {
    let files: PasswordFiles;
    beforeAll(() => {
      files = open();
    });
    afterAll(() => files.close());

    /** Our account with the same name, password and salt. */
    function ours(bits: FileGroup, identity: string, typed: string, salt: Uint8Array): PasswordFileRow {
      const account = { dialect, group: groupOf(Number(bits)), hash: 'SHA-1', identity, salt } as const;
      const verifier = computeDialectVerifier({ ...account, password: prepare(typed) });
      return { identity, group: account.group, salt, verifier };
    }

    it(`creates the verifiers that we compute, ${ROUNDS} times`, { timeout: ROUNDS_TIMEOUT }, () => {
      for (let round = 0; round < ROUNDS; round++) {
        const bits = GROUPS[round % 3]!;
        const { identity, password } = randomPerson();
        const line = files.make(bits, identity, password);
        const theirs = read(line);
        const made = ours(bits, identity, password, theirs?.salt ?? new Uint8Array(1));
        expect({ password, ...printed(theirs) }, line).toEqual({ password, ...printed(made) });
      }
    });

    it(`accepts our rows and no other password, ${ROUNDS} times`, { timeout: ROUNDS_TIMEOUT }, () => {
      for (let round = 0; round < ROUNDS; round++) {
        const bits = GROUPS[round % 3]!;
        const { identity, password } = randomPerson();
        // GnuTLS's file loses a leading zero byte if the length is 2 more than a multiple of 3.
        const row = ours(bits, identity, password, randomSalt(15 + randomInt(2)));
        const line = write(row);
        const taken = files.accepts(line, bits, identity, password);
        const other = files.accepts(line, bits, identity, `${password}x`);
        const values = { password, ...printed(row) };
        expect({ ...values, taken, other }, line).toEqual({ ...values, taken: true, other: false });
      }
    });
  });

function printed(row: PasswordFileRow | undefined): object | undefined {
  return row && { ...row, group: row.group.name, salt: hex(row.salt), verifier: hex(row.verifier) };
}
