/** A code that the client submits: what it can be, how it is read from what a user typed, and the server's answer. */
import { parseCode, parseRecoveryCode } from '@countersign/totp-core';
import type { Factor, ServerMessage } from '@countersign/wire-protocol';

/** An unused code of the authenticator, or a recovery code. The server accepts each once. */
export type { Factor };

type Rejected = Extract<ServerMessage, { type: 'factor.rejected' }>;

/** Why a code was not accepted, and how many more the server takes on this connection. Nothing has changed then. */
export type Rejection = Omit<Rejected, 'type'> & { readonly ok: false };

/** The answer to a submitted code: the result of what it was submitted for, or why it was not accepted. */
export type Answer<T> = { readonly ok: true; readonly result: T } | Rejection;

/** `typing_mistake`: a recovery code whose check character does not match. */
export type FactorReading =
  | { readonly ok: true; readonly factor: Factor }
  | { readonly ok: false; readonly problem: 'not_a_code' | 'typing_mistake' };

/** Reads what a user typed as one of `kinds`; spaces are ignored. The server is not asked. */
export function readFactor(typed: string, kinds: readonly Factor['kind'][]): FactorReading {
  const code = [6, 7, 8].map((digits) => parseCode(typed, digits)).find((digits) => digits !== undefined);
  if (code !== undefined && kinds.includes('totp')) return { ok: true, factor: { kind: 'totp', code } };
  const recovery = kinds.includes('recovery') ? parseRecoveryCode(typed) : undefined;
  if (recovery?.ok) return { ok: true, factor: { kind: 'recovery', code: recovery.code } };
  const isMistyped = recovery?.problem === 'check_character';
  return { ok: false, problem: isMistyped ? 'typing_mistake' : 'not_a_code' };
}
