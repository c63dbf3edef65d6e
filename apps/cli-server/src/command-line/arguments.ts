/** How words of the command line become numbers and times. */
import { formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { InvalidArgumentError } from 'commander';

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most))
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return number;
  };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };

/** `90m`, `12h`, `7d`: seconds. */
export function span(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhdw])$/.exec(text) ?? [];
  const size = UNITS[unit];
  if (count === undefined || size === undefined)
    throw new InvalidArgumentError('Give a number and s, m, h, d or w, as in 12h or 7d.');
  return Number(count) * size;
}

/** Where clients reach the server, in its one spelling. A wildcard address is for listening only. */
export function reachableAddress(text: string): string {
  const address = parseAddress(text);
  if (!address || !/^[\x21-\x7e]+$/.test(address.host))
    throw new InvalidArgumentError('Give HOST:PORT, as in login.example.org:8443.');
  if (address.host === '0.0.0.0' || address.host === '::')
    throw new InvalidArgumentError('Clients cannot connect to that address. Give the one that they use.');
  return formatAddress(address.host, address.port);
}

/** For options that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
