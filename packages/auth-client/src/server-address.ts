import { type Address, formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { ClientError } from './errors.ts';

export type ServerAddress = Address;

/** Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address. @throws ClientError `bad_server` */
export function parseServer(text: string): ServerAddress {
  const address = parseAddress(text);
  if (address) return address;
  throw new ClientError('bad_server', 'a server is given as HOST:PORT, for example 127.0.0.1:8443');
}

/** The one way a server is written: as users type it, and as its pin is remembered. */
export function formatServer({ host, port }: ServerAddress): string {
  return formatAddress(host, port);
}
