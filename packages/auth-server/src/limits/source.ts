/**
 * The source of an attempt, as the limits count it: an IPv4 address or an IPv6 /64, in which a single subscriber has 2^64
 * addresses. IPv4 inside IPv6 (mapped, RFC 4291 §2.5.5.2; NAT64, RFC 6052 §2.1) counts as IPv4.
 */

/** Returns the source of a socket's remote address. Anything that is not an address has the source `unknown`. */
export function sourceOf(remoteAddress: string): string {
  const address = remoteAddress.replace(/%.*$/, '').toLowerCase();
  if (isIpv4(address)) return address;
  const groups = parseIpv6(address);
  if (groups === undefined) return 'unknown';
  const embedded = embeddedIpv4(groups);
  if (embedded !== undefined) return embedded;
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Returns the network of a source, in which one attacker can have many: an IPv4 /24 or an IPv6 /48. */
export function networkOf(source: string): string {
  if (isIpv4(source)) return source.replace(/\d+$/, '0/24');
  const groups = source.endsWith('::/64') ? source.slice(0, -'::/64'.length).split(':') : undefined;
  return groups === undefined ? source : `${groups.slice(0, 3).join(':')}::/48`;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** Returns the eight 16-bit groups of an IPv6 address (RFC 4291 §2.2), or `undefined`. */
function parseIpv6(text: string): number[] | undefined {
  const dotted = /^(.*:)([^:]*\.[^:]*)$/.exec(text);
  const hex = dotted?.[1] !== undefined && dotted[2] !== undefined ? withHexTail(dotted[1], dotted[2]) : text;
  if (hex === undefined) return undefined;
  const [head, tail, ...more] = hex.split('::');
  if (head === undefined || more.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...new Array<string>(missing).fill('0'), ...right];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : undefined;
}

function withHexTail(head: string, ipv4: string): string | undefined {
  if (!isIpv4(ipv4)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${head}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function embeddedIpv4(groups: readonly number[]): string | undefined {
  const [g0, g1, g2, g3, g4, g5, high = 0, low = 0] = groups;
  const middleIsZero = g2 === 0 && g3 === 0 && g4 === 0;
  const mapped = g0 === 0 && g1 === 0 && middleIsZero && g5 === 0xffff;
  const nat64 = g0 === 0x64 && g1 === 0xff9b && middleIsZero && g5 === 0;
  if (!mapped && !nat64) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
