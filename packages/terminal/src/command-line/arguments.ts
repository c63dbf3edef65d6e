/** Parsers for the values of options. */
import { InvalidArgumentError } from 'commander';

/** Returns a parser for whole numbers from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return number;
  };
}

/**
 * Returns a parser for texts that pass a test, which it returns as they are.
 *
 * @param problem what to give instead
 */
export function textThat(passes: (text: string) => boolean, problem: string): (text: string) => string {
  return (text) => {
    if (!passes(text)) throw new InvalidArgumentError(problem);
    return text;
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** Parses a duration such as `90m`, `12h` or `7d`, and returns seconds. */
export function span(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhdw])$/.exec(text) ?? [];
  const size = UNITS[unit];
  if (count === undefined || size === undefined)
    throw new InvalidArgumentError('Give a number and s, m, h, d or w, such as 12h or 7d.');
  return Number(count) * size;
}

/** Collects the values of an option that can be repeated. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
