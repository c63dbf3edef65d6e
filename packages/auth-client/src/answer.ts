/** A code that the client submits: what it can be, how it is read from what a user typed, and the server's answer. */
import { parseCode, parseRecoveryCode } from '@countersign/totp-core';
import { FACTORS, type Factor, type ServerMessage } from '@countersign/wire-protocol';

/** An unused code of the authenticator, or a recovery code. The server accepts each once. */
export type { Factor };
/** Every kind of second factor. */
export { FACTORS };

type Rejected = Extract<ServerMessage, { type: 'factor.rejected' }>;

/** Why a code was not accepted, and how many more the server takes on this connection. Nothing has changed then. */
export type Rejection = Omit<Rejected, 'type'> & { readonly ok: false };

/** The answer to a submitted code: the result of what it was submitted for, or why it was not accepted. */
export type Answer<T> = { readonly ok: true; readonly result: T } | Rejection;

/** `typing_mistake`: a recovery code whose check character does not match. */
export type FactorReading =
  | { readonly ok: true; readonly factor: Factor }
  | { readonly ok: false; readonly problem: 'not_a_code' | 'typing_mistake' };
type Code = { readonly code: string } | (FactorReading & { ok: false })['problem'];

/** Reads a code of each kind. A kind without an entry does not compile. */
const READERS: { readonly [K in Factor['kind']]: (typed: string) => Code } = {
  totp(typed) {
    const code = [6, 7, 8].map((digits) => parseCode(typed, digits)).find((digits) => digits !== undefined);
    return code === undefined ? 'not_a_code' : { code };
  },
  recovery(typed) {
    const reading = parseRecoveryCode(typed);
    if (reading.ok) return { code: reading.code };
    return reading.problem === 'check_character' ? 'typing_mistake' : 'not_a_code';
  },
};

/** Reads what a user typed as one of `kinds`; spaces are ignored. The server is not asked. */
export function readFactor(typed: string, kinds: readonly Factor['kind'][]): FactorReading {
  const wanted = FACTORS.filter((kind) => kinds.includes(kind));
  for (const kind of wanted) {
    const read = READERS[kind](typed);
    if (typeof read === 'object') return { ok: true, factor: { kind, code: read.code } };
  }
  const isMistyped = wanted.some((kind) => READERS[kind](typed) === 'typing_mistake');
  return { ok: false, problem: isMistyped ? 'typing_mistake' : 'not_a_code' };
}
