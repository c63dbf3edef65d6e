/**
 * Stand-ins for users who do not exist (RFC 5054 §2.5.1.3). A name always gets the same salt and verifier,
 * derived from a secret seed. The exchange runs as for a real user and fails like a wrong password.
 *
 *   salt = HMAC(seed, "salt" | name), 16 bytes     verifier = a number expanded from HMAC(seed, "verifier" | name)
 *
 * Derive one in every login, even when the user exists, so that both cases take the same time. No power is
 * computed.
 */
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expectBytes, expectObject, expectText } from './argument.ts';
import { toNumber, utf8 } from './encoding.ts';
import { pad } from './public-value.ts';
import { expectSuite, type Suite } from './suite.ts';
import { MAX_NAME_LENGTH, SALT_BYTES } from './verifier.ts';

/** Extra bytes beyond the length of N, so that the reduction has no measurable bias. */
const SURPLUS_BYTES = 16;

/**
 * Returns the salt and verifier for a name without an account.
 *
 * @param options `seed`: at least 32 secret bytes that all servers share and that never change; `username` in
 *   canonical form; `suite`: the suite of new accounts
 */
export function standInVerifier(options: {
  readonly seed: Uint8Array;
  readonly username: string;
  readonly suite: Suite;
}): { salt: Uint8Array; verifier: Uint8Array } {
  expectObject('options', options);
  const { group, name } = expectSuite(options.suite);
  const seed = expectBytes('seed', options.seed, 32, 1024);
  const username = expectText('username', options.username, MAX_NAME_LENGTH);
  const key = hmac(sha256, seed, utf8(`verifier${username}`));
  const wide = toNumber(expand(sha256, key, utf8(name), group.bytes + SURPLUS_BYTES));
  return {
    salt: hmac(sha256, seed, utf8(`salt${username}`)).slice(0, SALT_BYTES),
    verifier: pad(group, 2n + (wide % (group.N - 3n))),
  };
}
