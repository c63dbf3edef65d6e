/** Parsers for the values of options. */

import { formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { InvalidArgumentError } from 'commander';

/** The option of commands that ask for a confirmation. */
export const YES = ['--yes', 'do not ask for confirmation'] as const;
export interface YesOption {
  readonly yes?: boolean | undefined;
}

/** The longest life of an SSH certificate that can be set: 30 days. */
export const MOST_SSH_HOURS = 720;

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return number;
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

/** Parses the address that clients connect to, and returns its canonical form. */
export function reachableAddress(text: string): string {
  const address = parseAddress(text);
  if (!address || !/^[\x21-\x7e]+$/.test(address.host))
    throw new InvalidArgumentError('Give HOST:PORT, such as login.example.org:8443.');
  if (address.host === '0.0.0.0' || address.host === '::')
    throw new InvalidArgumentError('Clients cannot connect to that address. Give the one that they use.');
  return formatAddress(address.host, address.port);
}

/** Collects the values of an option that can be repeated. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
