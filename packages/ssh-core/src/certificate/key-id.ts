/**
 * Key ids of certificates, which `sshd` writes into its log: the user name, percent-encoded outside
 * `A-Z a-z 0-9 . _ -`, then `#` and the account's uid. A name can therefore neither break a line of the log
 * nor look like another name with a uid.
 */
import { expectString } from '../argument.ts';

/** The account that a certificate was issued to. */
export interface KeyId {
  readonly username: string;
  /** Of letters, digits, `-` and `_`. */
  readonly uid: string;
}

/** What `encodeURIComponent` leaves as it is, besides the characters of a key id. */
const LEFT_PLAIN = /[!'()*~]/g;
const UID = /^[A-Za-z0-9_-]+$/;
const KEY_ID = /^((?:[A-Za-z0-9._-]|%[0-9A-F]{2})+)#([A-Za-z0-9_-]+)$/;

/**
 * Returns the key id of an account.
 *
 * @throws {RangeError} for an empty or ill-formed name, and for a uid with other characters
 */
export function formatKeyId({ username, uid }: KeyId): string {
  if (expectString('username', username) === '' || /\p{Surrogate}/u.test(username))
    throw new RangeError('"username" expected well-formed text');
  if (!UID.test(expectString('uid', uid))) throw new RangeError('"uid" expected letters, digits, - and _');
  const encoded = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return `${encodeURIComponent(username).replace(LEFT_PLAIN, encoded)}#${uid}`;
}

/** Reads a key id. Returns `undefined` for any text that {@link formatKeyId} does not return. */
export function parseKeyId(text: string): KeyId | undefined {
  const [, encoded = '', uid = ''] = KEY_ID.exec(expectString('text', text)) ?? [];
  const username = decode(encoded);
  return username && formatKeyId({ username, uid }) === text ? { username, uid } : undefined;
}

function decode(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
