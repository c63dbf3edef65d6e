/**
 * Verification of a code (RFC 6238 §5.2). It does not use otplib, which throws on odd input and on a last
 * step in the future, and stops at the first match.
 *
 * 1. The input is reduced to digits once. After that a code is identified by its time step, never by its
 *    text.
 * 2. The codes of all steps in the window are computed and compared, whichever matches.
 * 3. The latest matching step counts, so a code that happens to be valid for two steps cannot be used for
 *    both.
 * 4. A step that is not after the last used one is `used`.
 *
 * A success must still be committed: the caller stores `step` on the condition that no other process has
 * stored it or a later one, and only then lets the user in.
 */
import { type CodeSource, hotpValue, parseCode, stepOf } from './code.ts';
import { checkProfile, DEFAULT_PROFILE } from './profile.ts';
import { hmacOf } from './secret.ts';

/** How many steps before and after the current one are accepted. */
export interface StepWindow {
  readonly past: number;
  readonly future: number;
}

/** One step each way, the maximum that RFC 6238 §5.2 recommends. */
const DEFAULT_WINDOW: StepWindow = Object.freeze({ past: 1, future: 1 });

/** Two hours of 30-second steps. */
const WIDEST = 240;

/**
 * - `ok`: the code is valid for `step`, which is `offset` steps from the current one (negative: the app is
 *   behind)
 * - `malformed`: wrong number of digits
 * - `used`: valid, but for a step not later than `after`
 * - `wrong`: not valid for any step of the window
 */
export type Verification =
  | { ok: true; step: number; offset: number }
  | { ok: false; reason: 'malformed' | 'used' | 'wrong' };

/**
 * Verifies `code` at `time` (Unix seconds). Never throws, whatever `code` is.
 *
 * @param options `after`: the last used step; only later ones are accepted
 * @throws {RangeError} for an invalid profile, time or window
 */
export function verifyCode({
  secret,
  profile = DEFAULT_PROFILE,
  code,
  time,
  after = -1,
  window = DEFAULT_WINDOW,
}: CodeSource & {
  code: unknown;
  time: number;
  after?: number | undefined;
  window?: StepWindow | undefined;
}): Verification {
  checkProfile(profile);
  checkSteps('window.past', window.past);
  checkSteps('window.future', window.future);
  if (Number.isNaN(after)) throw new RangeError('"after" expected a step, got NaN');
  const present = stepOf(time, profile);
  const typed = parseCode(code, profile.digits);
  if (typed === undefined) return { ok: false, reason: 'malformed' };

  const hmac = hmacOf(secret, profile.algorithm);
  const first = Math.max(0, present - window.past);
  const count = present + window.future - first + 1;
  const matched = lastMatch(count, (index) => hotpValue(hmac, first + index, profile.digits), Number(typed));
  if (matched < 0) return { ok: false, reason: 'wrong' };
  const step = first + matched;
  return step > after ? { ok: true, step, offset: step - present } : { ok: false, reason: 'used' };
}

/**
 * Returns the last index under `count` whose code is `wanted`, or -1. Every code is computed and compared with the
 * same instructions, whichever matches.
 */
export function lastMatch(count: number, codeAt: (index: number) => number, wanted: number): number {
  let matched = -1;
  for (let index = 0; index < count; index++) {
    const equal = equalMask(codeAt(index), wanted);
    matched = (matched & ~equal) | (index & equal);
  }
  return matched;
}

function checkSteps(name: string, steps: number): void {
  if (!Number.isSafeInteger(steps) || steps < 0 || steps > WIDEST)
    throw new RangeError(`"${name}" expected 0 to ${WIDEST} steps, got ${steps}`);
}

/** Returns all ones if two numbers under 2^31 are equal, else zero, without branching on them. */
function equalMask(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31;
}
