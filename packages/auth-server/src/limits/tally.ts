/**
 * The arithmetic of the ledger: counters of failures with reservations, and the rules that say when the next
 * attempt may come. Pure: times are given, in unix seconds, and a new value is returned.
 *
 * 1. `reserved` puts the attempt's time into the counter before anything is judged;
 * 2. `settled` takes it out again and, for a wrong answer, counts a failure;
 * 3. a reservation nobody settles becomes a failure by itself (`withLapsed`), so that a crash or a connection
 *    torn away never gives a free guess.
 *
 * A clock that was wrong and is set back makes nobody wait longer: what lies as far ahead as it may lie behind is over.
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

/** Reservations older than `patience` seconds are failures. */
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

/** Takes the reservation made at `at` out again; without it (lapsed meanwhile) a right answer changes nothing. */
export function settled(tally: Tally, at: number, right: boolean, now: number): Tally {
  const index = tally.reserved.indexOf(at);
  if (index < 0) return tally;
  const open = tally.reserved.toSpliced(index, 1);
  if (right) return { ...tally, reserved: open };
  return { failures: tally.failures + 1, lastFailure: now, reserved: open };
}

/** Failures add up until there was none for `length` seconds. */
export function inWindow(tally: Tally, length: number, now: number): Tally {
  return Math.abs(now - tally.lastFailure) >= length ? { ...tally, failures: 0 } : tally;
}

/** Seconds until this pair of source and account may try again; 0 when it may now. */
export function passwordWait(tally: Tally, rules: Limits['password'], now: number): number {
  const over = tally.failures + tally.reserved.length - rules.freeFailures;
  if (over < 0) return 0;
  const delay = Math.min(rules.firstDelay * 2 ** Math.min(over, 40), rules.longestDelay);
  return remaining(tally, delay, now);
}

/** Seconds until the source's own budget is open again. */
export function sourceWait(tally: Tally, rules: Limits['source'], now: number): number {
  if (tally.reserved.length >= rules.inFlight) return 1;
  return tally.failures < rules.failures ? 0 : remaining(tally, rules.pause, now);
}

/** Seconds until an unfamiliar source may try this name again. */
export function nameWait(tally: Tally, rules: Limits['name'], now: number): number {
  return tally.failures < rules.failures ? 0 : remaining(tally, rules.delay, now);
}

/** What the account's budget of second factors says: go on, wait so many seconds, or locked. */
export type CodeVerdict = { kind: 'go' } | { kind: 'wait'; seconds: number } | { kind: 'locked' };

export function codeVerdict(tally: Tally, rules: Limits['code'], now: number): CodeVerdict {
  const wrong = tally.failures + tally.reserved.length;
  if (wrong >= rules.lockAfter) return { kind: 'locked' };
  const steps = Math.floor(wrong / rules.perStep);
  if (steps === 0) return { kind: 'go' };
  const doubled = rules.secondDelay * 2 ** Math.min(Math.max(steps - 2, 0), 40);
  const delay = steps === 1 ? rules.firstDelay : Math.min(doubled, rules.longestDelay);
  const fresh = wrong % rules.perStep !== 0;
  const wait = fresh ? 0 : remaining(tally, delay, now);
  return wait === 0 ? { kind: 'go' } : { kind: 'wait', seconds: wait };
}

/** Seconds of `delay` that are left since the last failure; what is still under judgement counts as failed now. */
function remaining(tally: Tally, delay: number, now: number): number {
  const since = tally.reserved.length > 0 ? now : tally.lastFailure;
  const passed = now - since;
  return Math.abs(passed) >= delay ? 0 : delay - Math.max(0, passed);
}
