/** A known answer from the reference C library. An implementation that computes it incorrectly is never used. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Implementation, type Input, inputOf } from './input.ts';

/** This package also runs where there is no TextEncoder. */
const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const ANSWER = '8ca6d2749c49536373c05a346b221a51516faaa35031c5eef49d746033ffc011';

export function knownInput(): Input {
  return inputOf({ password: ascii('password'), salt: ascii('saltsalt'), cost: { m: 32, t: 2, p: 2 } });
}

export function isKnownAnswer(tag: Uint8Array | undefined): boolean {
  return tag !== undefined && bytesToHex(tag) === ANSWER;
}

const checks = new Map<Implementation, Promise<boolean>>();

/** Returns whether an implementation computes the known answer. Computed once. */
export function isTrusted(implementation: Implementation): Promise<boolean> {
  const check =
    checks.get(implementation) ?? implementation(knownInput(), undefined).then(isKnownAnswer, () => false);
  checks.set(implementation, check);
  return check;
}
