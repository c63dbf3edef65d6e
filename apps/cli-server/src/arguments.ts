/** Options of several commands, and parsers for the values of options. */
import { formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { InvalidArgumentError } from 'commander';

/** The option of commands that ask for a confirmation. */
export const YES = ['--yes', 'do not ask for confirmation'] as const;
export interface YesOption {
  readonly yes?: boolean | undefined;
}

/** The option of commands that print a code for a user. */
export const SERVER = [
  '--server <host:port>',
  'where users reach the server (default: from the last start --public)',
  reachableAddress,
] as const;

/** The option of commands that write a public file. */
export const OUT = ['--out <file>', 'the file, which is replaced in one step; - is standard output'] as const;

/** The longest life of an SSH certificate that can be set: 30 days. */
export const MOST_SSH_HOURS = 720;

/** Parses the address that clients connect to, and returns its canonical form. */
export function reachableAddress(text: string): string {
  const address = parseAddress(text);
  if (!address || !/^[\x21-\x7e]+$/.test(address.host))
    throw new InvalidArgumentError('Give HOST:PORT, such as login.example.org:8443.');
  if (address.host === '0.0.0.0' || address.host === '::')
    throw new InvalidArgumentError('Clients cannot connect to that address. Give the one that they use.');
  return formatAddress(address.host, address.port);
}
