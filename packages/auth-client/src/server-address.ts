import { isIP } from 'node:net';
import { formatAddress } from '@countersign/tls-channel/address';
import { ClientError } from './errors.ts';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 8443;

/** Reads `HOST`, `HOST:PORT`, `[IPV6]:PORT` or a bare IPv6 address. @throws ClientError `bad_server` */
export function parseServer(text: string): ServerAddress {
  const bare = isIP(text) === 6 ? { host: text, port: '' } : undefined;
  const match = /^(?:\[(?<v6>[0-9a-f:.]+(?:%[\w.-]+)?)\]|(?<name>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/iu.exec(
    text,
  );
  const host = bare?.host ?? match?.groups?.v6 ?? match?.groups?.name;
  const digits = match?.groups?.port;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || host.length > 253 || port < 1 || port > 65_535)
    throw new ClientError('bad_server', 'a server is given as HOST:PORT, for example 127.0.0.1:8443');
  return { host: host.toLowerCase(), port };
}

/** The one way a server is written: as users type it, and as its pin is remembered. */
export function formatServer({ host, port }: ServerAddress): string {
  return formatAddress(host, port);
}
