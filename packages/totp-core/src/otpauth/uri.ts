/**
 * The content of otpauth URIs: the "Key Uri Format" that authenticator apps scan. `write.ts` writes
 * them, `read.ts` reads them. Nothing that a URI names (such as an `image`) is ever fetched.
 */
import type { Base32Problem, Base32Warning } from '../base32.ts';
import type { TotpAlgorithm, TotpDigits, TotpProfile } from '../profile.ts';
import type { TotpSecret } from '../secret.ts';

/** The maximum length of a URI in characters, for reading and writing. */
export const OTPAUTH_LIMIT = 2048;

interface Labelled {
  /** The issuer of the secret. Absent if the URI names none. */
  readonly issuer?: string | undefined;
  readonly account: string;
  readonly secret: TotpSecret;
}

/** The content of a `totp` URI. */
export interface TotpUri extends Labelled {
  readonly type: 'totp';
  readonly profile: TotpProfile;
}

/** The content of a `hotp` URI. */
export interface HotpUri extends Labelled {
  readonly type: 'hotp';
  readonly algorithm: TotpAlgorithm;
  readonly digits: TotpDigits;
  readonly counter: bigint;
}

/** Steam Guard: SHA1, 30 s, five characters. Lenient mode only. */
export interface SteamUri extends Labelled {
  readonly type: 'steam';
}

/** Strict accepts what the format specifies; lenient also what apps and services really emit. */
export type ReadingMode = 'strict' | 'lenient';

/** The content of a URI of any type. */
export type Otpauth = TotpUri | HotpUri | SteamUri;

/** What a reading tolerated. */
export type OtpauthWarning =
  | Base32Warning
  | 'fragment_ignored'
  | 'secret_below_128_bits'
  | 'algorithm_normalised'
  /** A parameter in another case, or after an HTML escape (`&amp;digits`), was read as the known one. */
  | 'parameter_name_normalised'
  | 'period_over_120s'
  | 'account_missing'
  | 'colon_in_issuer_or_account'
  | 'plus_treated_as_space'
  | 'issuer_mismatch'
  | 'issuer_parameter_missing'
  | 'issuer_missing';

/** Why a URI was rejected. */
export type OtpauthProblem =
  | Base32Problem
  | 'uri_too_long'
  | 'wrong_scheme'
  | 'fragment_not_allowed'
  | 'unknown_type'
  | 'illegal_character_in_label'
  | 'illegal_character_in_query'
  | 'malformed_percent_encoding'
  | 'control_character'
  | 'duplicate_parameter'
  /** Differs from a known name only in case or HTML escaping. Ignoring it would yield wrong codes. */
  | 'misspelled_parameter'
  | 'unsupported_algorithm'
  | 'invalid_digits'
  | 'invalid_period'
  | 'counter_missing'
  | 'invalid_counter'
  | 'account_missing'
  | 'colon_in_issuer_or_account'
  | 'issuer_mismatch';

/** The content of a URI with warnings, or why it was rejected. */
export type OtpauthReading =
  | { ok: true; otpauth: Otpauth; warnings: OtpauthWarning[] }
  | { ok: false; problem: OtpauthProblem };
