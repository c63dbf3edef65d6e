import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf, sourceOf } from '../src/limits/source.ts';

describe('the source of an address', () => {
  const cases: [address: string, source: string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['64:ff9b::c000:207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ];
  for (const [address, source] of cases)
    it(`is ${source} for ${address}`, () => expect(sourceOf(address)).toBe(source));

  it('is one for the whole /64, however the address is spelt', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }), (low) => {
        const address = `2001:db8:0:9:${low.map((group) => group.toString(16)).join(':')}`;
        expect(sourceOf(address)).toBe('2001:db8:0:9::/64');
        expect(sourceOf(address.toUpperCase())).toBe('2001:db8:0:9::/64');
      }),
    );
  });

  it('is the same for everything that is not an address', () => {
    for (const text of [
      '',
      'x',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1::2::3',
      ':::',
      '1:2:3:4:5:6:7',
      '12345::',
      '::g',
    ])
      expect(sourceOf(text), text).toBe('unknown');
  });

  it('is something for any text at all', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(sourceOf(text)).not.toBe('');
      }),
    );
  });
});

describe('the network of a source', () => {
  it('is an IPv4 /24 or an IPv6 /48', () => {
    expect(networkOf(sourceOf('192.0.2.77'))).toBe('192.0.2.0/24');
    expect(networkOf(sourceOf('::ffff:192.0.2.77'))).toBe('192.0.2.0/24');
    expect(networkOf(sourceOf('2001:db8:1:2:3:4:5:6'))).toBe('2001:db8:1::/48');
    expect(networkOf(sourceOf('2001:db8:1:ffff::1'))).toBe('2001:db8:1::/48');
    expect(networkOf(sourceOf('::1'))).toBe('0:0:0::/48');
    expect(networkOf(sourceOf('a socket'))).toBe('unknown');
  });
});
