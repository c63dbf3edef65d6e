/**
 * Rows of the two password files that keep SRP verifiers, to bring accounts in and out:
 *
 *   tpasswd (GnuTLS's srptool, dialect `gnutls`):       user : v : s : index of the group in tpasswd.conf
 *   srpvfile (`openssl srp`, dialect `openssl`), tabs:  V  v  s  user  name of the group  info
 *
 * v and s are in SRP base64, all hashes are SHA-1.
 */
import { expectBytes, expectText } from './argument.ts';
import { stripZeros } from './encoding.ts';
import { findGroup, findMigrationGroup, type Group } from './group.ts';
import { fromSrpBase64, toSrpBase64 } from './srp-base64.ts';
import { MAX_NAME_LENGTH } from './verifier.ts';

/** An account as `startDialectServer` takes it, with hash SHA-1. */
export interface PasswordFileRow {
  readonly identity: string;
  readonly group: Group;
  /** 1 to 1024 bytes. Rows of tpasswd that GnuTLS wrote may have lost a zero byte in front, as they have for GnuTLS. */
  readonly salt: Uint8Array;
  /** Without leading zeros, as both dialects write it; not yet checked against the group. */
  readonly verifier: Uint8Array;
}

/** The indices of the file that `srptool --create-conf` writes. */
const TPASSWD_GROUPS: ReadonlyMap<string, string> = new Map([
  ['2', 'migration-1536'],
  ['3', '2048'],
  ['4', '3072'],
  ['5', '4096'],
  ['7', '8192'],
]);

const MAX_ROW_LENGTH = 8192;

/** Reads one row of tpasswd with the usual tpasswd.conf, or `undefined` if it is no such row. */
export function readTpasswdRow(line: string): PasswordFileRow | undefined {
  const [identity, verifier, salt, index, ...rest] = fields(line, ':');
  return rest.length > 0 ? undefined : rowOf(identity, TPASSWD_GROUPS.get(index ?? ''), salt, verifier);
}

/** Reads one row of srpvfile, or `undefined` if it is no row of a user who may log in with a built-in group. */
export function readSrpvfileRow(line: string): PasswordFileRow | undefined {
  const [type, verifier, salt, identity, bits, _info, ...rest] = fields(line, '\t');
  if (type !== 'V' || rest.length > 0) return undefined;
  const small = bits === '1024' || bits === '1536';
  return rowOf(identity, small ? `migration-${bits}` : bits, salt, verifier);
}

/** Writes one row of tpasswd. `RangeError` for a group or name that cannot stand there. */
export function writeTpasswdRow({ identity, group, salt, verifier }: PasswordFileRow): string {
  const index = [...TPASSWD_GROUPS].find(([, name]) => name === group.name)?.[0];
  if (!index) throw new RangeError('"group" expected one that srptool has');
  return [nameFor(identity, /[:\n\r]/), number(verifier), toSrpBase64(salt), index].join(':');
}

/** Writes one row of srpvfile. `RangeError` for a name that cannot stand there. */
export function writeSrpvfileRow({ identity, group, salt, verifier }: PasswordFileRow): string {
  return ['V', number(verifier), toSrpBase64(salt), nameFor(identity, /[\t\n\r]/), `${group.bits}`, ''].join(
    '\t',
  );
}

function fields(line: string, separator: string): string[] {
  if (typeof line !== 'string') throw new TypeError(`"line" expected string, got ${typeof line}`);
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
  return salt && verifier ? { identity, group, salt, verifier: stripZeros(verifier) } : undefined;
}

function number(bytes: Uint8Array): string {
  return toSrpBase64(stripZeros(expectBytes('verifier', bytes, 0, MAX_ROW_LENGTH)));
}

function nameFor(identity: string, forbidden: RegExp): string {
  expectText('identity', identity, MAX_NAME_LENGTH);
  if (identity === '' || forbidden.test(identity)) throw new RangeError('"identity" expected no separator');
  return identity;
}
