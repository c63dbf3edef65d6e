/** Steam Guard codes, for accounts imported from there: TOTP of SHA1 and 30 s in an alphabet of its own. */
import { stepOf, truncatedHmac } from './code.ts';
import { hmacOf, type TotpSecret } from './secret.ts';

const ALPHABET = '23456789BCDFGHJKMNPQRTVWXY';
const LENGTH = 5;

/** The five characters that Steam's app shows at `time` (Unix seconds). */
export function computeSteamCode({ secret, time }: { secret: TotpSecret; time: number }): string {
  let rest = truncatedHmac(hmacOf(secret, 'SHA1'), stepOf(time));
  let code = '';
  for (let place = 0; place < LENGTH; place++) {
    code += ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
  }
  return code;
}
