/**
 * Reads rows of the two kinds of password file that hold SRP verifiers, for importing accounts:
 *
 *   tpasswd (GnuTLS's srptool, dialect `gnutls`):       user : v : s : index of the group in tpasswd.conf
 *   srpvfile (`openssl srp`, dialect `openssl`), tabs:  V  v  s  user  name of the group  info
 *
 * v and s are in SRP base64; all hashes are SHA-1.
 */
import { expectString } from '../argument.ts';
import { stripZeros } from '../encoding.ts';
import { findGroup, findMigrationGroup, type Group } from '../group.ts';
import { MAX_NAME_LENGTH, MAX_SALT_BYTES } from '../verifier.ts';
import { fromSrpBase64 } from './srp-base64.ts';

/** An account for `startDialectServer` with hash SHA-1. */
export interface PasswordFileRow {
  readonly identity: string;
  readonly group: Group;
  /**
   * 1 to 1024 bytes. In tpasswd rows written by GnuTLS a leading zero byte may be missing, as it is for
   * GnuTLS itself.
   */
  readonly salt: Uint8Array;
  /** Without leading zeros, as in both dialects. Not yet checked against the group. */
  readonly verifier: Uint8Array;
}

/** The group indices in the file that `srptool --create-conf` writes. */
const TPASSWD_GROUPS: ReadonlyMap<string, string> = new Map([
  ['2', 'migration-1536'],
  ['3', '2048'],
  ['4', '3072'],
  ['5', '4096'],
  ['7', '8192'],
]);

const MAX_ROW_LENGTH = 8192;

/** Reads a tpasswd row that refers to the usual tpasswd.conf. Returns `undefined` for other text. */
export function readTpasswdRow(line: string): PasswordFileRow | undefined {
  const [identity, verifier, salt, index, ...rest] = fields(line, ':');
  return rest.length > 0 ? undefined : rowOf(identity, TPASSWD_GROUPS.get(index ?? ''), salt, verifier);
}

/** Reads a srpvfile row of an enabled user with a built-in group. Returns `undefined` for other text. */
export function readSrpvfileRow(line: string): PasswordFileRow | undefined {
  const [type, verifier, salt, identity, bits, _info, ...rest] = fields(line, '\t');
  if (type !== 'V' || rest.length > 0) return undefined;
  const small = bits === '1024' || bits === '1536';
  return rowOf(identity, small ? `migration-${bits}` : bits, salt, verifier);
}

function fields(line: string, separator: string): string[] {
  expectString('line', line);
  return line.length > MAX_ROW_LENGTH ? [] : line.replace(/\r?\n$/, '').split(separator);
}

function rowOf(
  identity: string | undefined,
  groupName: string | undefined,
  saltText: string | undefined,
  verifierText: string | undefined,
): PasswordFileRow | undefined {
  const group = groupName && (findGroup(groupName) ?? findMigrationGroup(groupName));
  if (!identity || !group || !saltText || !verifierText) return undefined;
  const salt = fromSrpBase64(saltText);
  const verifier = fromSrpBase64(verifierText);
  if (!salt || !verifier || salt.length < 1 || salt.length > MAX_SALT_BYTES) return undefined;
  if (identity.length > MAX_NAME_LENGTH || /\p{Surrogate}/u.test(identity)) return undefined;
  return { identity, group, salt, verifier: stripZeros(verifier) };
}
