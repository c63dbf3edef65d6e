/**
 * Writes otpauth URIs that every app reads: the issuer twice, and no parameter with its default value (SHA1,
 * 6 digits, 30 seconds), so that the QR code is as small as possible. Apps that know only the defaults lose
 * nothing.
 */
import type { CodeSource } from '../code.ts';
import { TotpError } from '../errors.ts';
import { checkProfile, DEFAULT_PROFILE } from '../profile.ts';
import { OTPAUTH_LIMIT } from './uri.ts';

/**
 * Returns the URI for a QR code. It contains the secret in plaintext. Leading spaces of the account are
 * omitted, since every reader drops them.
 *
 * @throws {TotpError} bad_label if the issuer or account is empty, or contains a colon, a control character
 *   or half a surrogate pair
 * @throws {TotpError} too_long for a URI over 2,048 characters
 */
export function formatOtpauth({
  issuer,
  account,
  secret,
  profile = DEFAULT_PROFILE,
}: CodeSource & { issuer: string; account: string }): string {
  checkProfile(profile);
  const by = encodeLabel('issuer', issuer);
  const whose = encodeLabel('account', account.replace(/^ +/, ''));
  const others = (['algorithm', 'digits', 'period'] as const)
    .filter((name) => profile[name] !== DEFAULT_PROFILE[name])
    .map((name) => `&${name}=${profile[name]}`);
  const uri = `otpauth://totp/${by}:${whose}?secret=${secret.toBase32()}&issuer=${by}${others.join('')}`;
  if (uri.length > OTPAUTH_LIMIT)
    throw new TotpError('too_long', `the URI would have ${uri.length} characters, over ${OTPAUTH_LIMIT}`);
  return uri;
}

function encodeLabel(name: 'issuer' | 'account', text: string): string {
  if (text.trim() === '') throw new TotpError('bad_label', `the ${name} is empty`);
  if (text.includes(':'))
    throw new TotpError('bad_label', `the ${name} has a colon, where apps split the label`);
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw new TotpError('bad_label', `the ${name} has a control character`);
  return encodeURIComponent(text);
}
