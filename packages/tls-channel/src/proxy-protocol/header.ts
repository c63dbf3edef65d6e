/**
 * The header that a TCP relay sends before the bytes of its client: the PROXY protocol of HAProxy, version 1 (text)
 * and version 2 (binary), as in https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt. It is read strictly: a
 * byte that the specification does not allow makes the header invalid, as soon as it arrives.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** The result of reading the first bytes from a relay. */
export type ProxyHeader =
  /** The beginning of a header. */
  | { readonly kind: 'incomplete' }
  /** The bytes are not the beginning of a header, or the header is longer than `MOST_HEADER_BYTES`. */
  | { readonly kind: 'invalid' }
  /** A header of `length` bytes. What follows is from the client. */
  | {
      readonly kind: 'complete';
      readonly length: number;
      /**
       * The address of the client. `undefined` if the relay connects on its own behalf, as for a health check, or
       * does not name the client: then the address of the relay counts.
       */
      readonly client: string | undefined;
    };

/** The longest header that is read. Version 2 allows 65,551 bytes; addresses take 232, and the rest is ignored. */
export const MOST_HEADER_BYTES = 4096;

const INCOMPLETE: ProxyHeader = { kind: 'incomplete' };
const INVALID: ProxyHeader = { kind: 'invalid' };

const TEXT_START = Buffer.from('PROXY ');
/** §2.1: the longest line, with its end. */
const MOST_TEXT_BYTES = 107;
const TEXT =
  /^PROXY (?:UNKNOWN(?: [^\r\n]*)?|(?<family>TCP[46]) (?<client>\S+) (?<server>\S+) (?<from>\d{1,5}) (?<to>\d{1,5}))$/;
const FAMILIES: Readonly<Record<string, (address: string) => boolean>> = {
  TCP4: isIPv4,
  // Node.js accepts a zone (`fe80::1%eth0`), which means nothing on another machine.
  TCP6: (address) => isIPv6(address) && !address.includes('%'),
};

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Signature, version and command, family and transport, and the length of what follows. */
const FIXED_BYTES = 16;
const LOCAL = 0x20;
const PROXY = 0x21;
/** §2.2: the bytes of both addresses and ports for each family and transport. */
const ADDRESS_BYTES: ReadonlyMap<number | undefined, number> = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x12, 12],
  [0x21, 36],
  [0x22, 36],
  [0x31, 216],
  [0x32, 216],
]);
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

/** Reads the header at the beginning of the bytes that have arrived so far. */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (beginsLike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? startOf(bytes) : readBinary(bytes);
  return beginsLike(bytes, TEXT_START) ? readText(bytes) : INVALID;
}

/** Whether the bytes are the beginning of `start`, or begin with it. */
function beginsLike(bytes: Uint8Array, start: Uint8Array): boolean {
  const length = Math.min(bytes.length, start.length);
  return Buffer.compare(bytes.subarray(0, length), start.subarray(0, length)) === 0;
}

function readText(bytes: Uint8Array): ProxyHeader {
  const line = bytes.subarray(0, MOST_TEXT_BYTES);
  const end = line.indexOf(0x0a);
  if (end === -1) return line.length === MOST_TEXT_BYTES ? INVALID : INCOMPLETE;
  const text = Buffer.from(line.subarray(0, end)).toString('latin1');
  const match = text.endsWith('\r') ? TEXT.exec(text.slice(0, -1)) : null;
  if (match === null) return INVALID;
  const length = end + 1;
  const { family, client = '', server = '', from = '', to = '' } = match.groups ?? {};
  if (family === undefined) return { kind: 'complete', length, client: undefined };
  const isAddress = FAMILIES[family];
  const isValid = isAddress?.(client) && isAddress(server) && isPort(from) && isPort(to);
  return isValid ? { kind: 'complete', length, client } : INVALID;
}

function isPort(digits: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(digits) && Number(digits) <= 65_535;
}

/** The bytes after the signature, as far as they have arrived. */
function startOf(bytes: Uint8Array): ProxyHeader {
  const [command, family] = bytes.subarray(SIGNATURE.length);
  const isCommand = command === undefined || command === LOCAL || command === PROXY;
  return isCommand && (family === undefined || ADDRESS_BYTES.has(family)) ? INCOMPLETE : INVALID;
}

function readBinary(bytes: Uint8Array): ProxyHeader {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const [command, family] = view.subarray(SIGNATURE.length);
  const needed = ADDRESS_BYTES.get(family);
  if (needed === undefined || (command !== LOCAL && command !== PROXY)) return INVALID;
  const following = view.readUInt16BE(FIXED_BYTES - 2);
  const length = FIXED_BYTES + following;
  if (length > MOST_HEADER_BYTES || (command === PROXY && following < needed)) return INVALID;
  if (bytes.length < length) return INCOMPLETE;
  const addresses = view.subarray(FIXED_BYTES);
  const client = command === LOCAL ? undefined : addressIn(addresses, family);
  return { kind: 'complete', length, client };
}

function addressIn(addresses: Buffer, family: number | undefined): string | undefined {
  if (family === TCP_OVER_IPV4) return addresses.subarray(0, 4).join('.');
  if (family !== TCP_OVER_IPV6) return undefined;
  return Array.from({ length: 8 }, (_, group) => addresses.readUInt16BE(2 * group).toString(16)).join(':');
}
