/**
 * How many random exchanges a test runs, and their random inputs. By default one for each setting of the peer
 * with the most. `COUNTERSIGN_ROUNDS` raises it: 20 in rounds.slow.test.ts, a thousand in `npm run torture`.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Credentials } from '../peers/peer.ts';

const wanted = Number(process.env.COUNTERSIGN_ROUNDS ?? 5);
if (!Number.isInteger(wanted) || wanted < 1) throw new RangeError('COUNTERSIGN_ROUNDS expected an integer');

export const ROUNDS: number = wanted;
/** A time limit for slow peers: some take half a second per exchange on a busy machine. */
export const ROUNDS_TIMEOUT: number = 30_000 + 2_000 * ROUNDS;

/**
 * Letters of one, two, three and four bytes, and spaces inside; nothing that would end an argument or a line.
 */
const LETTERS = Array.from('abcXYZ019 .-_!$%&/()=?"\'`\\~+*#<>|@äßÉñжλ漢字한☕😀e\u0301');
const NAME_LETTERS = Array.from('abcdefghijklmnopqrstuvwxyz0123456789._-äßñжλ');

function word(letters: readonly string[], length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

/** Returns a user with a random name and a random password of 4 to 40 characters. */
export function randomPerson(): Credentials & { readonly password: string } {
  return {
    identity: `u${word(NAME_LETTERS, randomInt(24))}`,
    password: `p${word(LETTERS, 3 + randomInt(36))}.`,
  };
}

/** Returns a random salt. Every fourth begins with one or two zero bytes, where implementations differ. */
export function randomSalt(length: number): Uint8Array {
  const salt = Uint8Array.from(randomBytes(length));
  if (randomInt(4) === 0) salt.fill(0, 0, 1 + randomInt(2));
  return salt;
}
