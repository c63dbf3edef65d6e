/**
 * The text of an otpauth URI: where type, label and query are, which characters are allowed (RFC 3986), and
 * how they decode. It does not use `URL` and `URLSearchParams`, which repair errors and read `+` as a space.
 */
import { OTPAUTH_LIMIT, type OtpauthProblem, type OtpauthWarning, type ReadingMode } from './uri.ts';

/** Ends a reading with a problem. `parseOtpauth` catches it, so callers never see it. */
export class Refusal extends Error {
  readonly problem: OtpauthProblem;

  constructor(problem: OtpauthProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** The parts of a URI, still percent-encoded. */
export interface RawUri {
  /** The host part of the URI in lower case: totp, hotp, … */
  readonly type: string;
  readonly label: string;
  /** Decoded names with their encoded values. A parameter without `=` has the value ''. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** RFC 3986 §3.3, §3.4; `/` is allowed in a label. Lenient: also spaces and non-ASCII characters. */
const LEGAL = {
  strict: /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/,
  lenient: /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?% ]|[^\0-\x7f\p{Cs}])*$/u,
};
const CONTROL = /\p{Cc}/u;

/** Splits a URI into its parts. */
export function cutUri(text: string, mode: ReadingMode, warnings: OtpauthWarning[]): RawUri {
  if (text.length > OTPAUTH_LIMIT) throw new Refusal('uri_too_long');
  if (!/^otpauth:\/\//i.test(text)) throw new Refusal('wrong_scheme');
  let rest = text.slice('otpauth://'.length);
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    if (mode === 'strict') throw new Refusal('fragment_not_allowed');
    warnings.push('fragment_ignored');
    rest = rest.slice(0, hash);
  }
  const [path, query] = cutAt(rest, '?');
  const [host, label] = cutAt(path, '/');
  checkCharacters(label, mode, 'illegal_character_in_label');
  checkCharacters(query, mode, 'illegal_character_in_query');
  return {
    type: host.toLowerCase(),
    label,
    query: query
      .split('&')
      .map((pair) => cutAt(pair, '='))
      .map(([name, value]) => [percentDecode(name), value] as const),
  };
}

/** Splits at the first `separator`. The second part is '' if there is none. */
function cutAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function checkCharacters(text: string, mode: ReadingMode, problem: OtpauthProblem): void {
  if (CONTROL.test(text)) throw new Refusal('control_character');
  if (!LEGAL[mode].test(text)) throw new Refusal(problem);
}

/** Decodes percent-encoded UTF-8: well formed, without control characters. `+` stays a plus. */
export function percentDecode(text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new Refusal('malformed_percent_encoding');
  }
  if (CONTROL.test(decoded)) throw new Refusal('control_character');
  return decoded;
}
