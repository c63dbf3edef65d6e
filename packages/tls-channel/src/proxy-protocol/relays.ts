/** The relays whose PROXY protocol headers are believed: addresses, and networks in CIDR notation (RFC 4632 §3.1). */
import { BlockList, isIP } from 'node:net';

/**
 * Returns a test of whether an address is that of a trusted relay. An IPv4 address inside IPv6 (`::ffff:192.0.2.1`)
 * counts as IPv4.
 *
 * @param ranges such as `192.0.2.1`, `10.0.0.0/8` or `2001:db8::/32`
 * @throws {RangeError} for anything else, and for a network of all addresses, or of all of IPv4, since every client could
 *   then choose its address
 */
export function trustedRelays(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const { address, family, bits } = parseRange(range);
    list.addSubnet(address, bits, family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
  };
}

/** Returns whether `trustedRelays` accepts this text. */
export function isRelayRange(text: string): boolean {
  try {
    parseRange(text);
    return true;
  } catch {
    return false;
  }
}

interface Range {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly bits: number;
}

function parseRange(text: string): Range {
  const { address = '', prefix } =
    /^(?<address>[\da-fA-F.:]+)(?:\/(?<prefix>[1-9]\d{0,2}))?$/.exec(text)?.groups ?? {};
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (version === 0 || bits > most || coversIpv4({ address, family, bits }))
    throw new RangeError(
      '"relay" expected an IP address or a network such as 10.0.0.0/8, got something else',
    );
  return { address, family, bits };
}

/** A network of IPv6 in which all of IPv4 is (`::ffff:10.0.0.0/8`, meant as `10.0.0.0/8`) has every client of IPv4 in it. */
function coversIpv4({ address, family, bits }: Range): boolean {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return ['::ffff:0.0.0.0', '::ffff:255.255.255.255'].every((each) => list.check(each, 'ipv6'));
}
