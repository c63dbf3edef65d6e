/** Steam Guard codes, for imported accounts: TOTP with SHA1 and 30 s in a different alphabet. */
import { stepOf, truncatedHmac } from './code.ts';
import { hmacOf, type TotpSecret } from './secret.ts';

const ALPHABET = '23456789BCDFGHJKMNPQRTVWXY';
const LENGTH = 5;

/** Returns the five characters that Steam's app shows at `time` (Unix seconds). */
export function computeSteamCode({ secret, time }: { secret: TotpSecret; time: number }): string {
  let rest = truncatedHmac(hmacOf(secret, 'SHA1'), stepOf(time));
  let code = '';
  for (let place = 0; place < LENGTH; place++) {
    code += ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
  }
  return code;
}
