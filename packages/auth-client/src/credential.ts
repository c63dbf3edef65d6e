/** Names and passwords of new accounts: their rules, and the verifier that the server keeps instead of a password. */
import {
  CURRENT_SUITE,
  computeVerifier,
  DEFAULT_STRETCH,
  generateSalt,
  type PasswordProblem,
  prepareNewPassword,
  prepareUsername,
  stretchPassword,
  type UsernameProblem,
} from '@countersign/srp-core';
import type { WireStretch } from '@countersign/wire-protocol';
import { ClientError } from './errors.ts';

const USERNAME_PROBLEMS: Readonly<Record<UsernameProblem, string>> = {
  too_short: 'must not be empty',
  too_long: 'has at most 64 characters and 200 bytes',
  forbidden_character: 'has letters, digits and signs such as . _ - @, but no space and no colon',
  mixed_direction: 'must not mix scripts of different directions',
};

const PASSWORD_PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  too_short: 'has at least 8 characters',
  too_long: 'has at most 256 characters',
  forbidden_character: 'has no control characters, no tabs and nothing else that cannot be typed again',
};

/** What the server keeps instead of a password. The password itself never leaves the client. */
export interface NewCredential {
  readonly suite: string;
  readonly stretch: WireStretch;
  readonly salt: Uint8Array;
  readonly verifier: Uint8Array;
}

/**
 * Prepares a new password as the client was told to.
 *
 * @throws {ClientError} bad_password
 */
export type PrepareCredential = (username: string, password: string) => Promise<NewCredential>;

export interface CredentialOptions {
  /** How the password is stretched; `DEFAULT_STRETCH` by default. */
  readonly stretch?: WireStretch | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Computes salt and verifier of a new password, with the suite of this version. Takes about half a second by default.
 * @throws {ClientError} bad_password
 */
export async function makeCredential(
  username: string,
  text: string,
  { stretch = DEFAULT_STRETCH, signal }: CredentialOptions = {},
): Promise<NewCredential> {
  const password = checkNewPassword(text);
  const salt = generateSalt();
  const stretching = stretchPassword({ password, salt, stretch, signal });
  const stretched = await stretching.finally(() => password.fill(0));
  const verifier = computeVerifier({ suite: CURRENT_SUITE, identity: username, password: stretched, salt });
  stretched.fill(0);
  return { suite: CURRENT_SUITE.name, stretch, salt, verifier };
}

/**
 * Returns the canonical form of a user name.
 *
 * @throws {ClientError} bad_username, with the rule in its message
 */
export function checkUsername(text: string): string {
  const prepared = prepareUsername(text);
  if (prepared.ok) return prepared.username;
  throw new ClientError('bad_username', `a user name ${USERNAME_PROBLEMS[prepared.problem]}`);
}

/**
 * Returns a new password as bytes.
 *
 * @throws {ClientError} bad_password, with the rule in its message
 */
export function checkNewPassword(text: string): Uint8Array {
  const prepared = prepareNewPassword(text);
  if (prepared.ok) return prepared.password;
  throw new ClientError('bad_password', `a password ${PASSWORD_PROBLEMS[prepared.problem]}`);
}
