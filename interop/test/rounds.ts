/**
 * How many random exchanges a test runs, and with what: by default one for each setting of the peer that has the most. With
 * `COUNTERSIGN_ROUNDS` it is more: 20 in rounds.slow.test.ts, a thousand in `npm run torture`.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Credentials } from '../peers/peer.ts';

const wanted = Number(process.env.COUNTERSIGN_ROUNDS ?? 5);
if (!Number.isInteger(wanted) || wanted < 1)
  throw new RangeError('COUNTERSIGN_ROUNDS expected a whole number');

export const ROUNDS: number = wanted;
/** Room for slow peers: some take half a second an exchange on a busy machine. */
export const ROUNDS_TIMEOUT: number = 30_000 + 2_000 * ROUNDS;

/** Letters of one, two, three and four bytes; spaces inside; nothing that an argument or a line would end at. */
const LETTERS = Array.from('abcXYZ019 .-_!$%&/()=?"\'`\\~+*#<>|@äßÉñжλ漢字한☕😀e\u0301');
const NAME_LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789._-äßñжλ');

function word(letters: readonly string[], length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** Somebody with a random name and a random password of 4 to 40 characters. */
export function randomPerson(): Credentials & { readonly password: string } {
  return {
    identity: `u${word(NAME_LETTERS, randomInt(24))}`,
    password: `p${word(LETTERS, 3 + randomInt(36))}.`,
  };
}

/** A random salt; every fourth starts with one or two zero bytes, which is where implementations part. */
export function randomSalt(length: number): Uint8Array {
  const salt = Uint8Array.from(randomBytes(length));
  if (randomInt(4) === 0) salt.fill(0, 0, 1 + randomInt(2));
  return salt;
}
