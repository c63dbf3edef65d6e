/**
 * Rows of the two kinds of password file that hold SRP verifiers, for importing and exporting accounts:
 *
 *   tpasswd (GnuTLS's srptool, dialect `gnutls`):       user : v : s : index of the group in tpasswd.conf
 *   srpvfile (`openssl srp`, dialect `openssl`), tabs:  V  v  s  user  name of the group  info
 *
 * v and s are in SRP base64; all hashes are SHA-1.
 */
import { expectBytes, expectObject, expectString, expectText } from '../argument.ts';
import { stripZeros, toNumber } from '../encoding.ts';
import { expectAnyGroup, findGroup, findMigrationGroup, type Group } from '../group.ts';
import { inRange } from '../public-value.ts';
import { MAX_NAME_LENGTH, MAX_SALT_BYTES } from '../verifier.ts';
import { fromSrpBase64, toSrpBase64 } from './srp-base64.ts';

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

/**
 * Writes a tpasswd row.
 *
 * @throws {RangeError} for a group, name, salt or verifier that the format cannot hold
 */
export function writeTpasswdRow(row: PasswordFileRow): string {
  expectObject('row', row);
  const { identity, group, salt, verifier } = row;
  const { name } = expectAnyGroup(group);
  const index = [...TPASSWD_GROUPS].find(([, known]) => known === name)?.[0];
  if (!index) throw new RangeError('"group" expected one that srptool has');
  return [nameFor(identity, /[:\n\r]/), number(group, verifier), saltFor(salt), index].join(':');
}

/**
 * Writes a srpvfile row.
 *
 * @throws {RangeError} for a name, salt or verifier that the format cannot hold
 */
export function writeSrpvfileRow(row: PasswordFileRow): string {
  expectObject('row', row);
  const { identity, group, salt, verifier } = row;
  const { bits } = expectAnyGroup(group);
  const name = nameFor(identity, /[\t\n\r]/);
  return ['V', number(group, verifier), saltFor(salt), name, `${bits}`, ''].join('\t');
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

function number(group: Group, bytes: Uint8Array): string {
  const verifier = stripZeros(expectBytes('verifier', bytes, 1, group.bytes));
  if (!inRange(group, toNumber(verifier))) throw new RangeError('"verifier" expected 1 < v < N−1');
  return toSrpBase64(verifier);
}

function saltFor(salt: Uint8Array): string {
  return toSrpBase64(expectBytes('salt', salt, 1, MAX_SALT_BYTES));
}

function nameFor(identity: string, forbidden: RegExp): string {
  expectText('identity', identity, MAX_NAME_LENGTH);
  if (identity === '' || forbidden.test(identity)) throw new RangeError('"identity" expected no separators');
  return identity;
}
