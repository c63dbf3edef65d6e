/**
 * PRECIS (RFC 8264): the characters of the two base classes, the contextual rules of RFC 5892 Appendix A, the
 * width mapping of RFC 8265 §3.3 and the Bidi Rule of RFC 5893 §2. Character properties come from the host's
 * Unicode version.
 */
import { ARABIC_NUMBER, JOINS_LEFT, JOINS_RIGHT_ONLY, RIGHT_TO_LEFT, VIRAMA } from './precis-tables.ts';

/** RFC 8264 §9.6, Exceptions that are valid in both classes. */
const VALID_EXCEPTION = /^[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]$/u;
/**
 * RFC 8264 §9.6, exceptions that are disallowed, then §9.9, §9.13, §9.12, and characters that no rule allows.
 */
const DISALLOWED = new RegExp(
  '^(?:[\\u0640\\u07fa\\u302e\\u302f\\u3031-\\u3035\\u303b]' +
    '|[\\u1100-\\u11ff\\ua960-\\ua97c\\ud7b0-\\ud7c6\\ud7cb-\\ud7fb]' +
    '|[\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\p{C}])$',
  'u',
);
/** RFC 8264 §9.1 */
const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
/** RFC 8264 §9.14 to §9.18 without the above */
const FREE = /^[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]$/u;
const ASCII_PRINTABLE = /^[\u0021-\u007e]$/u;
const TRANSPARENT = '[\\p{Mn}\\p{Me}]*';

interface Context {
  readonly before: string;
  readonly after: string;
}

const PRECEDED_BY_VIRAMA = new RegExp(`[${VIRAMA}]$`, 'u');
const JOINED_BEFORE = new RegExp(`[${JOINS_LEFT}]${TRANSPARENT}$`, 'u');
const JOINED_AFTER = new RegExp(`^${TRANSPARENT}[${JOINS_LEFT}${JOINS_RIGHT_ONLY}]`, 'u');

/** RFC 5892 Appendix A: characters that are valid only next to certain others. */
const CONTEXT_RULES: readonly (readonly [RegExp, (context: Context) => boolean])[] = [
  // A.1 ZERO WIDTH NON-JOINER
  [
    /^\u200c$/u,
    ({ before, after }) =>
      PRECEDED_BY_VIRAMA.test(before) || (JOINED_BEFORE.test(before) && JOINED_AFTER.test(after)),
  ],
  // A.2 ZERO WIDTH JOINER
  [/^\u200d$/u, ({ before }) => PRECEDED_BY_VIRAMA.test(before)],
  // A.3 MIDDLE DOT
  [/^\u00b7$/u, ({ before, after }) => before.endsWith('l') && after.startsWith('l')],
  // A.4 GREEK LOWER NUMERAL SIGN
  [/^\u0375$/u, ({ after }) => /^\p{Script=Greek}/u.test(after)],
  // A.5, A.6 HEBREW PUNCTUATION GERESH and GERSHAYIM
  [/^[\u05f3\u05f4]$/u, ({ before }) => /\p{Script=Hebrew}$/u.test(before)],
  // A.7 KATAKANA MIDDLE DOT
  [
    /^\u30fb$/u,
    ({ before, after }) => /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(before + after),
  ],
  // A.8, A.9 ARABIC-INDIC DIGITS and EXTENDED ARABIC-INDIC DIGITS: not both
  [/^[\u0660-\u0669]$/u, ({ before, after }) => !/[\u06f0-\u06f9]/u.test(before + after)],
  [/^[\u06f0-\u06f9]$/u, ({ before, after }) => !/[\u0660-\u0669]/u.test(before + after)],
];

function isAllowed(char: string, free: boolean, context: Context): boolean {
  if (VALID_EXCEPTION.test(char)) return true;
  const rule = CONTEXT_RULES.find(([characters]) => characters.test(char));
  if (rule) return rule[1](context);
  if (ASCII_PRINTABLE.test(char)) return true;
  if (DISALLOWED.test(char)) return false;
  // RFC 8264 §9.17 HasCompat: free-form only
  if (char.normalize('NFKC') !== char) return free;
  return LETTER_OR_DIGIT.test(char) || (free && FREE.test(char));
}

/** Returns whether every character is in the IdentifierClass (RFC 8264 §4.2), or the FreeformClass (§4.3). */
export function consistsOf(text: string, characters: 'identifier' | 'freeform'): boolean {
  let offset = 0;
  for (const char of text) {
    const context = { before: text.slice(0, offset), after: text.slice(offset + char.length) };
    if (!isAllowed(char, characters === 'freeform', context)) return false;
    offset += char.length;
  }
  return true;
}

/** Maps full-width and half-width forms to ordinary ones (RFC 8265 §3.3.1). */
export function mapWidth(text: string): string {
  return text.replace(/[\u3000\uff01-\uffee]/gu, (char) => char.normalize('NFKC'));
}

const RTL_LETTER = `(?:(?![${ARABIC_NUMBER}\\u06f0-\\u06f9])(?=[${RIGHT_TO_LEFT}])[\\p{L}\\p{Mc}\\p{N}])`;
const HAS_RTL = new RegExp(`${RTL_LETTER}|[${ARABIC_NUMBER}]`, 'u');
const STARTS_RTL = new RegExp(`^${RTL_LETTER}`, 'u');
const ENDS_RTL = new RegExp(`(?:${RTL_LETTER}|[${ARABIC_NUMBER}0-9\\u06f0-\\u06f9])[\\p{Mn}\\p{Me}]*$`, 'u');
const HAS_LTR = new RegExp(`(?![${RIGHT_TO_LEFT}])(?:[\\p{L}\\p{Mc}]|(?![0-9])\\p{Nd})`, 'u');
const HAS_EUROPEAN = /[0-9\u06f0-\u06f9]/u;
const HAS_ARABIC = new RegExp(`[${ARABIC_NUMBER}]`, 'u');

/** Checks RFC 5893 §2 for text with right-to-left characters. Other text always conforms. */
export function followsBidiRule(text: string): boolean {
  if (!HAS_RTL.test(text)) return true;
  const oneKindOfNumber = !(HAS_EUROPEAN.test(text) && HAS_ARABIC.test(text));
  return STARTS_RTL.test(text) && ENDS_RTL.test(text) && !HAS_LTR.test(text) && oneKindOfNumber;
}
