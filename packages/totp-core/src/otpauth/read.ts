/**
 * Reads otpauth URIs. Strict accepts what the format specifies. Lenient also accepts what apps and services
 * really emit, and lists what it tolerated.
 *
 * 1. `text.ts` splits the text into type, label and parameters.
 * 2. Every parameter is decoded; known ones may occur once.
 * 3. Secret, algorithm, digits, and period or counter are read.
 * 4. Issuer and account are read from the label and the `issuer` parameter.
 */
import { decodeBase32 } from '../base32.ts';
import { MAX_COUNTER } from '../code.ts';
import { ALGORITHMS, DIGITS, type TotpAlgorithm, type TotpDigits } from '../profile.ts';
import { TotpSecret } from '../secret.ts';
import { cutUri, percentDecode, Refusal } from './text.ts';
import type { Otpauth, OtpauthReading, OtpauthWarning, ReadingMode } from './uri.ts';

const KNOWN = {
  strict: ['secret', 'issuer', 'algorithm', 'digits', 'period', 'counter'],
  lenient: ['secret', 'issuer', 'algorithm', 'digits', 'period', 'counter', 'encoder'],
};

/** What remains of `&amp;` in front of a name, one or more times, when a URI was copied from HTML. */
const HTML_ESCAPES = /^(?:amp;)+/i;

/** Known parameters by name, still percent-encoded. */
type Parameters = ReadonlyMap<string, string>;

/**
 * Reads an otpauth URI of type `totp` or `hotp`; lenient mode also reads `steam`. The default is strict.
 * Never throws; the result is a union. A secret under 128 bits is accepted with a warning, since its account
 * exists.
 */
export function parseOtpauth(
  text: string,
  { mode = 'strict' }: { mode?: ReadingMode | undefined } = {},
): OtpauthReading {
  if (typeof text !== 'string') return { ok: false, problem: 'wrong_scheme' };
  const warnings: OtpauthWarning[] = [];
  try {
    return { ok: true, otpauth: readOtpauth(text, mode, warnings), warnings };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.problem };
    throw error;
  }
}

function readOtpauth(text: string, mode: ReadingMode, warnings: OtpauthWarning[]): Otpauth {
  const { type: host, label, query } = cutUri(text, mode, warnings);
  if (host !== 'totp' && host !== 'hotp' && !(mode === 'lenient' && host === 'steam'))
    throw new Refusal('unknown_type');
  const parameters = collect(query, mode, warnings);
  const encoder = percentDecode(parameters.get('encoder') ?? '').toLowerCase();
  const type = host === 'totp' && encoder === 'steam' ? 'steam' : host;

  const secret = readSecret(parameters, mode, warnings);
  const algorithm = readAlgorithm(parameters, mode, warnings);
  const digits = parameters.get('digits');
  if (type === 'steam') {
    if (algorithm !== 'SHA1') throw new Refusal('unsupported_algorithm');
    if (digits !== undefined && percentDecode(digits) !== '5') throw new Refusal('invalid_digits');
    if (readPeriod(parameters) !== 30) throw new Refusal('invalid_period');
    return { type, ...readNames(label, parameters, mode, warnings), secret };
  }
  const wanted = readDigits(digits);
  if (type === 'hotp') {
    const counter = readCounter(parameters);
    return {
      type,
      ...readNames(label, parameters, mode, warnings),
      secret,
      algorithm,
      digits: wanted,
      counter,
    };
  }
  const period = readPeriod(parameters);
  if (period > 120) warnings.push('period_over_120s');
  const profile = { algorithm, digits: wanted, period };
  return { type, ...readNames(label, parameters, mode, warnings), secret, profile };
}

/**
 * Returns the known parameters. Unknown ones are decoded, to detect bad encoding anywhere, and dropped. A
 * misspelt known name is never dropped: codes with the default length or period would be wrong.
 */
function collect(
  query: readonly (readonly [string, string])[],
  mode: ReadingMode,
  warnings: OtpauthWarning[],
): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of query) {
    percentDecode(value);
    const key = name.replace(HTML_ESCAPES, '').toLowerCase();
    if (!KNOWN[mode].includes(key)) continue;
    if (key !== name) {
      if (mode === 'strict') throw new Refusal('misspelled_parameter');
      if (!warnings.includes('parameter_name_normalised')) warnings.push('parameter_name_normalised');
    }
    if (parameters.has(key)) throw new Refusal('duplicate_parameter');
    parameters.set(key, value);
  }
  return parameters;
}

function readSecret(parameters: Parameters, mode: ReadingMode, warnings: OtpauthWarning[]): TotpSecret {
  const raw = parameters.get('secret') ?? '';
  const spaced = mode === 'lenient' ? raw.replaceAll('+', ' ') : raw;
  if (spaced !== raw) warnings.push('plus_treated_as_space');
  const reading = decodeBase32(percentDecode(spaced), mode);
  if (!reading.ok) throw new Refusal(reading.problem);
  warnings.push(...reading.warnings);
  const secret = TotpSecret.fromBytes(reading.bytes, { imported: true });
  if (secret.weak) warnings.push('secret_below_128_bits');
  return secret;
}

function readAlgorithm(parameters: Parameters, mode: ReadingMode, warnings: OtpauthWarning[]): TotpAlgorithm {
  const raw = parameters.get('algorithm');
  if (raw === undefined) return 'SHA1';
  const given = percentDecode(raw);
  const name = mode === 'lenient' ? given.toUpperCase().replaceAll('-', '').replace(/^HMAC/, '') : given;
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined) throw new Refusal('unsupported_algorithm');
  if (name !== given) warnings.push('algorithm_normalised');
  return algorithm;
}

function readDigits(raw: string | undefined): TotpDigits {
  if (raw === undefined) return 6;
  const given = percentDecode(raw);
  const digits = DIGITS.find((known) => String(known) === given);
  if (digits === undefined) throw new Refusal('invalid_digits');
  return digits;
}

function readPeriod(parameters: Parameters): number {
  const given = percentDecode(parameters.get('period') ?? '30');
  const period = /^[1-9][0-9]*$/.test(given) ? Number(given) : 0;
  if (period === 0 || !Number.isSafeInteger(period)) throw new Refusal('invalid_period');
  return period;
}

function readCounter(parameters: Parameters): bigint {
  const raw = parameters.get('counter');
  if (raw === undefined) throw new Refusal('counter_missing');
  const given = percentDecode(raw);
  const counter = /^(?:0|[1-9][0-9]{0,19})$/.test(given) ? BigInt(given) : -1n;
  if (counter < 0n || counter > MAX_COUNTER) throw new Refusal('invalid_counter');
  return counter;
}

/**
 * Splits the label, `issuer:account` or `account`, at the first literal colon, else at the first encoded one.
 * The `issuer` parameter repeats the issuer, and wins if a lenient reading finds the two different.
 */
function readNames(
  label: string,
  parameters: Parameters,
  mode: ReadingMode,
  warnings: OtpauthWarning[],
): { account: string; issuer?: string | undefined } {
  const colon = /:/.exec(label) ?? /%3a/i.exec(label);
  const prefix = colon ? percentDecode(label.slice(0, colon.index)) : '';
  const account = percentDecode(colon ? label.slice(colon.index + colon[0].length) : label).replace(
    /^ +/,
    '',
  );
  const raw = parameters.get('issuer') ?? '';
  const parameter = percentDecode(raw);

  const forgive = (finding: 'account_missing' | 'colon_in_issuer_or_account' | 'issuer_mismatch') => {
    if (mode === 'strict') throw new Refusal(finding);
    warnings.push(finding);
  };
  if (account === '') forgive('account_missing');
  if ([prefix, account, parameter].some((part) => part.includes(':'))) forgive('colon_in_issuer_or_account');
  if (prefix === '' && parameter === '') {
    warnings.push('issuer_missing');
    return { account };
  }
  if (parameter === '') {
    warnings.push('issuer_parameter_missing');
    return { account, issuer: prefix };
  }
  if (prefix !== '' && prefix !== parameter) {
    if (mode === 'lenient' && percentDecode(raw.replaceAll('+', ' ')) === prefix) {
      if (!warnings.includes('plus_treated_as_space')) warnings.push('plus_treated_as_space');
      return { account, issuer: prefix };
    }
    forgive('issuer_mismatch');
  }
  return { account, issuer: parameter };
}
