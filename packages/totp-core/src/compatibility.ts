/**
 * How authenticator apps treat the parameters of a URI, as data. Most apps accept an unsupported URI silently
 * and then show wrong codes, so users are warned which apps are affected before they scan it.
 */
import { DEFAULT_PROFILE, type TotpAlgorithm, type TotpProfile } from './profile.ts';

/**
 * - `honoured`: works
 * - `ignored`: the app accepts the URI, computes with the default, and shows wrong codes
 * - `unsupported`: reported not to work, without details
 * - `unknown`: no report
 */
export type Support = 'honoured' | 'ignored' | 'unsupported' | 'unknown';

/** How an authenticator app treats each parameter, with the source. */
export interface AuthenticatorApp {
  readonly app: string;
  readonly algorithm: Readonly<Record<Exclude<TotpAlgorithm, 'SHA1'>, Support>>;
  /** Not 6 digits. */
  readonly digits: Support;
  /** Not 30 s. */
  readonly period: Support;
  readonly note?: string | undefined;
  readonly source: string;
}

const SURVEY = 'fmarier.org, posts/totp-in-2025';
const JAVA_TOTP = 'github.com/samdjstevens/java-totp, issue 30';

function app(
  name: string,
  [SHA256, SHA512, digits, period]: readonly [Support, Support, Support, Support],
  source: string,
  note?: string,
): AuthenticatorApp {
  return Object.freeze({ app: name, algorithm: { SHA256, SHA512 }, digits, period, note, source });
}

/** SHA1, 6 digits and 30 s work in all of them. Columns: SHA256, SHA512, digits, period. */
export const AUTHENTICATOR_APPS: readonly AuthenticatorApp[] = Object.freeze([
  app(
    'Google Authenticator, older versions',
    ['ignored', 'ignored', 'ignored', 'ignored'],
    'github.com/google/google-authenticator, wiki "Key Uri Format"',
    'Shows the issuer only if it is in the label.',
  ),
  app('Google Authenticator, Android 2025', ['honoured', 'unknown', 'unknown', 'unknown'], SURVEY),
  app(
    'Google Authenticator, iOS 2025',
    ['honoured', 'unknown', 'unknown', 'unknown'],
    SURVEY,
    'Refuses SHA1 with a secret of 52 characters (32 bytes).',
  ),
  app(
    'Microsoft Authenticator',
    ['ignored', 'ignored', 'unknown', 'ignored'],
    `${SURVEY}; github.com/kspearrin/Otp.NET, issue 54; github.com/RobThree/TwoFactorAuth.Net, issue 18`,
  ),
  app(
    'Authy',
    ['ignored', 'ignored', 'unsupported', 'unknown'],
    `${SURVEY}; github.com/sec51/twofactor, issue 11; github.com/dlenski/python-vipaccess, issue 53`,
    'Android refused an issuer with spaces in 2021.',
  ),
  app(
    'Duo Mobile',
    ['ignored', 'unknown', 'unknown', 'ignored'],
    `${SURVEY}; github.com/merixstudio/django-trench, issue 154`,
  ),
  app(
    '1Password',
    ['unknown', 'unknown', 'unknown', 'unknown'],
    SURVEY,
    'SHA256 was not available to the survey.',
  ),
  app('Bitwarden Authenticator', ['honoured', 'unknown', 'unknown', 'unknown'], SURVEY),
  app('LastPass Authenticator', ['honoured', 'unknown', 'unknown', 'honoured'], SURVEY),
  app('FreeOTP', ['honoured', 'honoured', 'unknown', 'unknown'], JAVA_TOTP),
  app('Aegis', ['honoured', 'honoured', 'unknown', 'unknown'], JAVA_TOTP),
  app('Oracle Mobile Authenticator', ['honoured', 'honoured', 'unknown', 'unknown'], JAVA_TOTP),
  app('Sophos Authenticator', ['honoured', 'honoured', 'unknown', 'unknown'], JAVA_TOTP),
  app(
    '2FAS, 2021',
    ['unsupported', 'unsupported', 'unknown', 'unknown'],
    JAVA_TOTP,
    'Later versions were not checked.',
  ),
]);

/** An app that shows wrong codes with a profile. */
export interface CompatibilityWarning {
  readonly app: string;
  readonly parameter: keyof TotpProfile;
  readonly support: 'ignored' | 'unsupported';
  /** A sentence for the user or administrator. */
  readonly message: string;
  readonly source: string;
}

const WORDS = { algorithm: 'hash algorithm', digits: 'number of digits', period: 'period' };

/** Returns the apps that are known to show wrong codes with this profile, and why. */
export function compatibilityWarnings(profile: TotpProfile): CompatibilityWarning[] {
  return AUTHENTICATOR_APPS.flatMap((row) => {
    const support: [keyof TotpProfile, Support][] = [];
    if (profile.algorithm !== 'SHA1') support.push(['algorithm', row.algorithm[profile.algorithm]]);
    if (profile.digits !== DEFAULT_PROFILE.digits) support.push(['digits', row.digits]);
    if (profile.period !== DEFAULT_PROFILE.period) support.push(['period', row.period]);
    return support.flatMap(([parameter, kind]): CompatibilityWarning[] => {
      if (kind !== 'ignored' && kind !== 'unsupported') return [];
      const message =
        kind === 'ignored'
          ? `${row.app} ignores the ${WORDS[parameter]} and shows wrong codes.`
          : `${row.app} is reported not to work with this ${WORDS[parameter]}.`;
      return [{ app: row.app, parameter, support: kind, message, source: row.source }];
    });
  });
}
