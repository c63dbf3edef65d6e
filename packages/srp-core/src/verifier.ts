/** The verifier v = g^x: all that a server stores about a password, besides the salt and the stretch. */
import { expectBytes, expectObject, expectText } from './argument.ts';
import { engineOr } from './engine/engine.ts';
import type { Engine } from './engine/interface.ts';
import { hostRandomBytes } from './ephemeral.ts';
import { verifierOf } from './equations.ts';
import { pad, readElement } from './public-value.ts';
import { expectSuite, type Suite } from './suite.ts';
import { computeX } from './x.ts';

export const SALT_BYTES = 16;
/** The longest salt that any function accepts, in bytes. */
export const MAX_SALT_BYTES = 1024;
/** The longest identity that any function accepts, in UTF-16 units. */
export const MAX_NAME_LENGTH = 1024;
/** The longest password that any function accepts, in bytes. */
export const MAX_PASSWORD_BYTES = 4096;

/** Returns a new random salt of 16 bytes. */
export function generateSalt(): Uint8Array {
  return hostRandomBytes(SALT_BYTES);
}

/**
 * Returns v = g^x for registration, padded to the length of N. Keep v as secret as a password hash: someone
 * who has it can test passwords against it and impersonate the server.
 *
 * @param options `password` is P′, the password after preparation and stretching; `salt` (1 to 1024 bytes) is
 *   the one used for stretching
 */
export function computeVerifier(options: {
  readonly suite: Suite;
  readonly identity: string;
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly engine?: Engine | undefined;
}): Uint8Array {
  expectObject('options', options);
  const { group, hash, x: rule } = expectSuite(options.suite);
  const identity = expectText('identity', options.identity, MAX_NAME_LENGTH);
  const password = expectBytes('password', options.password, 0, MAX_PASSWORD_BYTES);
  const salt = expectBytes('salt', options.salt, 1, MAX_SALT_BYTES);
  const x = computeX(rule, { hash, salt, identity, password });
  return pad(group, verifierOf(group, x, engineOr(options.engine, group)));
}

/**
 * Checks that a verifier is exactly as long as N, and that 1 < v < N−1.
 *
 * @throws {SrpError} bad_verifier
 */
export function checkVerifier(suite: Suite, verifier: Uint8Array): void {
  readVerifier(suite, verifier);
}

/** Returns the number of a checked verifier. */
export function readVerifier(suite: Suite, verifier: Uint8Array): bigint {
  const { group } = expectSuite(suite);
  return readElement(group, expectBytes('verifier', verifier, 0, Number.MAX_SAFE_INTEGER), 'bad_verifier');
}
