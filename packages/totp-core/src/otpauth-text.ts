/**
 * An otpauth URI as text: where type, label and query lie, which characters may stand there (RFC 3986), and what they
 * decode to. Cut by hand, since `URL` and `URLSearchParams` repair what is wrong and read `+` as a space.
 */
import { OTPAUTH_LIMIT, type OtpauthProblem, type OtpauthWarning, type ReadingMode } from './otpauth.ts';

/** Ends a reading with a problem; `parseOtpauth` catches it, so it is never seen outside. */
export class Refusal extends Error {
  readonly problem: OtpauthProblem;

  constructor(problem: OtpauthProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** The parts of a URI, still percent-encoded. */
export interface RawUri {
  /** The host of the URI in lower case: totp, hotp, … */
  readonly type: string;
  readonly label: string;
  /** Names, decoded, with their values, still encoded. A parameter without `=` has the value ''. */
  readonly query: readonly (readonly [name: string, value: string])[];
}

/** Characters of RFC 3986 §3.3 and §3.4; in a label `/` is nothing special. Lenient adds space and all but ASCII. */
const LEGAL = {
  strict: /^[A-Za-z0-9\-._~!$&'()*+,;=:@/?%]*$/,
  lenient: /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?% ]|[^\0-\x7f\p{Cs}])*$/u,
};
const CONTROL = /\p{Cc}/u;

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

/** What stands before the first `separator`, and what after it ('' when there is none). */
function cutAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function checkCharacters(text: string, mode: ReadingMode, problem: OtpauthProblem): void {
  if (CONTROL.test(text)) throw new Refusal('control_character');
  if (!LEGAL[mode].test(text)) throw new Refusal(problem);
}

/** Percent-encoded UTF-8, well formed and without control characters; `+` stays a plus. */
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
