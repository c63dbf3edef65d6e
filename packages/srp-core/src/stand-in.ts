/**
 * Stand-ins for users that do not exist (RFC 5054 §2.5.1.3): the same name gets the same salt and verifier for
 * ever, made from a secret seed, and the exchange runs as for anybody else until it fails like a wrong password.
 *
 *   salt = HMAC(seed, "salt" | name), 16 bytes     verifier = a number expanded from HMAC(seed, "verifier" | name)
 *
 * Derive one for every login, also when the user exists, so that both take the same time; no power is computed.
 */
import { expand } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expectBytes, expectObject, expectText } from './argument.ts';
import { toNumber, utf8 } from './encoding.ts';
import { pad } from './public-value.ts';
import { expectSuite, type Suite } from './suite.ts';
import { MAX_NAME_LENGTH, SALT_BYTES } from './verifier.ts';

/** Bytes beyond the length of N, so that reducing the number leaves no bias that could be seen. */
const SURPLUS_BYTES = 16;

/**
 * Salt and verifier to answer with for a name that has no account. `seed` is 32 or more secret bytes that all servers share and
 * that never change; `username` is in its canonical form; `suite` is what new accounts get.
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
