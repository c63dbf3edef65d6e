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

/** What one reading knows, and what it has tolerated so far. */
interface Reading {
  readonly mode: ReadingMode;
  /** Known parameters by name, still percent-encoded. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly warnings: OtpauthWarning[];
}

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
  const reading = { mode, parameters, warnings };
  const encoder = decoded(reading, 'encoder')?.toLowerCase();
  const type = host === 'totp' && encoder === 'steam' ? 'steam' : host;

  const secret = readSecret(reading);
  const algorithm = readAlgorithm(reading);
  if (type === 'steam') {
    if (algorithm !== 'SHA1') throw new Refusal('unsupported_algorithm');
    if ((decoded(reading, 'digits') ?? '5') !== '5') throw new Refusal('invalid_digits');
    if (readPeriod(reading) !== 30) throw new Refusal('invalid_period');
    return { type, ...readNames(label, reading), secret };
  }
  const digits = readDigits(reading);
  if (type === 'hotp') {
    const counter = readCounter(reading);
    return { type, ...readNames(label, reading), secret, algorithm, digits, counter };
  }
  const period = readPeriod(reading);
  if (period > 120) warnings.push('period_over_120s');
  return { type, ...readNames(label, reading), secret, profile: { algorithm, digits, period } };
}

/**
 * Returns the known parameters. Unknown ones are decoded, to detect bad encoding anywhere, and dropped. A
 * misspelt known name is never dropped: codes with the default length or period would be wrong.
 */
function collect(
  query: readonly (readonly [string, string])[],
  mode: ReadingMode,
  warnings: OtpauthWarning[],
): Reading['parameters'] {
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

function decoded({ parameters }: Reading, name: string): string | undefined {
  const raw = parameters.get(name);
  return raw === undefined ? undefined : percentDecode(raw);
}

function readSecret({ mode, parameters, warnings }: Reading): TotpSecret {
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

function readAlgorithm(reading: Reading): TotpAlgorithm {
  const given = decoded(reading, 'algorithm') ?? 'SHA1';
  const isLenient = reading.mode === 'lenient';
  const name = isLenient ? given.toUpperCase().replaceAll('-', '').replace(/^HMAC/, '') : given;
  const algorithm = ALGORITHMS.find((known) => known === name);
  if (algorithm === undefined) throw new Refusal('unsupported_algorithm');
  if (name !== given) reading.warnings.push('algorithm_normalised');
  return algorithm;
}

function readDigits(reading: Reading): TotpDigits {
  const given = decoded(reading, 'digits') ?? '6';
  const digits = DIGITS.find((known) => String(known) === given);
  if (digits === undefined) throw new Refusal('invalid_digits');
  return digits;
}

function readPeriod(reading: Reading): number {
  const given = decoded(reading, 'period') ?? '30';
  const period = /^[1-9][0-9]*$/.test(given) ? Number(given) : 0;
  if (period === 0 || !Number.isSafeInteger(period)) throw new Refusal('invalid_period');
  return period;
}

function readCounter(reading: Reading): bigint {
  const given = decoded(reading, 'counter');
  if (given === undefined) throw new Refusal('counter_missing');
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
  { mode, parameters, warnings }: Reading,
): { account: string; issuer?: string | undefined } {
  const colon = /:/.exec(label) ?? /%3a/i.exec(label);
  const prefix = colon ? percentDecode(label.slice(0, colon.index)) : '';
  const rest = colon ? label.slice(colon.index + colon[0].length) : label;
  const account = percentDecode(rest).replace(/^ +/, '');
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
