/**
 * The arithmetic of the ledger: counters of failures with reservations, and the rules for the time of the next attempt.
 * All functions are pure; times are in Unix seconds.
 *
 * 1. `reserved` puts the attempt's time into the counter before anything is judged;
 * 2. `settled` takes it out again and, for a wrong answer, counts a failure;
 * 3. a reservation that is not settled becomes a failure automatically (`withLapsed`), so a crash or a lost connection
 *    is never a free guess.
 *
 * A wrong clock that is set back makes no one wait longer: a time as far ahead as it could be behind is over.
 */
import { z } from 'zod';
import type { Limits } from './limits.ts';

export const DAY = 24 * 60 * 60;

const count = z.int().min(0);
const seconds = z.int().min(0);

export const tallySchema = z.strictObject({
  failures: count,
  lastFailure: seconds,
  reserved: z.array(seconds),
});
export type Tally = z.output<typeof tallySchema>;

export const EMPTY_TALLY: Tally = { failures: 0, lastFailure: 0, reserved: [] };

/** Returns the tally with reservations older than `patience` seconds as failures. */
export function withLapsed(tally: Tally, patience: number, now: number): Tally {
  const lapsed = tally.reserved.filter((at) => Math.abs(now - at) >= patience);
  if (lapsed.length === 0) return tally;
  const ends = lapsed.map((at) => at + patience).filter((end) => end <= now);
  return {
    failures: tally.failures + lapsed.length,
    lastFailure: Math.max(tally.lastFailure, ...ends),
    reserved: tally.reserved.filter((at) => Math.abs(now - at) < patience),
  };
}

export function reserved(tally: Tally, now: number): Tally {
  return { ...tally, reserved: [...tally.reserved, now] };
}

/** Removes the reservation made at `at`. If it has lapsed in the meantime, the tally stays as it is. */
export function settled(tally: Tally, at: number, right: boolean, now: number): Tally {
  const index = tally.reserved.indexOf(at);
  if (index < 0) return tally;
  const open = tally.reserved.toSpliced(index, 1);
  if (right) return { ...tally, reserved: open };
  return { failures: tally.failures + 1, lastFailure: now, reserved: open };
}

/** Returns the tally without failures if there was none for `length` seconds. */
export function inWindow(tally: Tally, length: number, now: number): Tally {
  return Math.abs(now - tally.lastFailure) >= length ? { ...tally, failures: 0 } : tally;
}

/** Returns the seconds to wait after so many failures: 0 if the next attempt is free, `Infinity` if there is none. */
export type Rule = (failures: number) => number;

/** Wrong passwords of one source at one account. */
export function passwordRule({ freeFailures, firstDelay, longestDelay }: Limits['password']): Rule {
  return (failures) => {
    const over = failures - freeFailures;
    return over < 0 ? 0 : Math.min(firstDelay * 2 ** Math.min(over, 40), longestDelay);
  };
}

/** Wrong passwords of one known device at its account. */
export function deviceRule(limits: Limits['password']): Rule {
  const delay = passwordRule(limits);
  return (failures) => (failures < limits.deviceFailures ? delay(failures) : Number.POSITIVE_INFINITY);
}

/** Wrong passwords of one source at all accounts. */
export function sourceRule({ failures: most, pause }: Limits['source']): Rule {
  return (failures) => (failures < most ? 0 : pause);
}

/** Wrong passwords of all strangers at one name. */
export function nameRule({ failures: most, delay }: Limits['name']): Rule {
  return (failures) => (failures < most ? 0 : delay);
}

/** Wrong codes at one account. */
export function codeRule(limits: Limits['code']): Rule {
  const { perStep, firstDelay, secondDelay, longestDelay, lockAfter } = limits;
  return (failures) => {
    if (failures >= lockAfter) return Number.POSITIVE_INFINITY;
    if (failures === 0 || failures % perStep !== 0) return 0;
    const steps = failures / perStep;
    return steps === 1 ? firstDelay : Math.min(secondDelay * 2 ** Math.min(steps - 2, 40), longestDelay);
  };
}

/** Whether an attempt can be made now. */
export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'locked' }
  /** The failures leave room, but the attempts under judgement would fill it if all of them failed. */
  | { readonly kind: 'full' };

/**
 * Applies a rule. A pause begins with the last failure. Attempts under judgement count as failures, but they hold others
 * only until they are settled: correct answers delay no one.
 */
export function verdictOf(tally: Tally, rule: Rule, now: number): Verdict {
  const { failures, reserved: open } = tally;
  const seconds = remaining(rule(failures), now - tally.lastFailure);
  if (seconds === Number.POSITIVE_INFINITY) return { kind: 'locked' };
  if (seconds > 0) return { kind: 'wait', seconds };
  return open.length > 0 && rule(failures + open.length) > 0 ? { kind: 'full' } : { kind: 'go' };
}

/** Seconds of `delay` that are left when `passed` have gone by. */
function remaining(delay: number, passed: number): number {
  return Math.abs(passed) >= delay ? 0 : delay - Math.max(0, passed);
}
