/**
 * The reader never throws, never accepts a header that the specification forbids, and its answer does not depend on
 * how the bytes arrive.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_HEADER_BYTES, readProxyHeader } from '../src/proxy-protocol/header.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';
const text = (line: string) => Buffer.from(line, 'latin1');
const hex = (...parts: string[]) => Buffer.from(parts.join(''), 'hex');
const IPV4 = 'c0000201c633640a1f9020fb';
const IPV6 = '20010db8000000000000000000000001fe8000000000000000000000000000021f9020fb';

/** A header of version 2 with a command, a family, and what follows, in hexadecimal. */
function binary(command: string, family: string, following: string): Buffer {
  const length = (following.length / 2).toString(16).padStart(4, '0');
  return hex(SIGNATURE, command, family, length, following);
}

const VALID: readonly (readonly [name: string, header: Buffer, client: string | undefined])[] = [
  ['TCP4', text('PROXY TCP4 192.0.2.1 198.51.100.10 8080 8443\r\n'), '192.0.2.1'],
  ['the longest TCP4', text('PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n'), '255.255.255.255'],
  ['TCP4 with ports of 0', text('PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n'), '0.0.0.0'],
  ['TCP6', text('PROXY TCP6 2001:db8::1 ::1 8080 8443\r\n'), '2001:db8::1'],
  [
    'the longest TCP6',
    text(`PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'FFFF:'.repeat(7)}FFFF 65535 65535\r\n`),
    `${'ffff:'.repeat(7)}ffff`,
  ],
  ['UNKNOWN', text('PROXY UNKNOWN\r\n'), undefined],
  ['UNKNOWN with anything', text('PROXY UNKNOWN ffff::1 what ever\0\xff\r\n'), undefined],
  ['UNKNOWN with 107 bytes', text(`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`), undefined],
  ['v2 over IPv4', binary('21', '11', IPV4), '192.0.2.1'],
  ['v2 over IPv6', binary('21', '21', IPV6), '2001:db8:0:0:0:0:0:1'],
  ['v2 with TLVs', binary('21', '11', `${IPV4}0400010005000177`), '192.0.2.1'],
  ['v2 with broken TLVs', binary('21', '11', `${IPV4}04ffff`), '192.0.2.1'],
  ['v2 LOCAL', binary('20', '00', ''), undefined],
  ['v2 LOCAL with an address', binary('20', '11', IPV4), undefined],
  ['v2 LOCAL with TLVs only', binary('20', '11', '040000'), undefined],
  ['v2 of no family', binary('21', '00', '0400020000'), undefined],
  ['v2 over UDP', binary('21', '12', IPV4), undefined],
  ['v2 over UDP and IPv6', binary('21', '22', IPV6), undefined],
  ['v2 from a Unix socket', binary('21', '31', '00'.repeat(216)), undefined],
  [
    'v2 of the greatest length',
    binary('21', '11', IPV4.padEnd(2 * (MOST_HEADER_BYTES - 16), '0')),
    '192.0.2.1',
  ],
];

const INVALID: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['TLS', hex('1603010200')],
  ['HTTP', text('GET / HTTP/1.1\r\n')],
  ['a lower-case word', text('proxy TCP4 ')],
  ['another family', text('PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n')],
  ['UDP4', text('PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n')],
  ['an IPv6 address in TCP4', text('PROXY TCP4 ::1 192.0.2.2 1 2\r\n')],
  ['an IPv4 address in TCP6', text('PROXY TCP6 192.0.2.2 ::1 1 2\r\n')],
  ['an address with a leading zero', text('PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n')],
  ['an address with a zone', text('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n')],
  ['a name', text('PROXY TCP4 localhost 192.0.2.2 1 2\r\n')],
  ['a port with a leading zero', text('PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n')],
  ['a port above 65535', text('PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n')],
  ['a negative port', text('PROXY TCP4 192.0.2.1 192.0.2.2 -1 2\r\n')],
  ['a missing port', text('PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n')],
  ['a word too many', text('PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n')],
  ['two spaces', text('PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
  ['a tab', text('PROXY TCP4\t192.0.2.1 192.0.2.2 1 2\r\n')],
  ['a space at the end', text('PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n')],
  ['LF alone', text('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n')],
  ['CR inside the line', text('PROXY UNKNOWN a\rb\r\n')],
  ['no space after UNKNOWN', text('PROXY UNKNOWN1\r\n')],
  ['no end in 107 bytes', text(`PROXY UNKNOWN ${'x'.repeat(93)}`)],
  ['an end after 107 bytes', text(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`)],
  ['a signature with a wrong byte', hex('0d0a0d0a000d0a515549540b')],
  ['version 1 in binary', binary('11', '11', IPV4)],
  ['version 3', binary('31', '11', IPV4)],
  ['an unknown command', binary('22', '11', IPV4)],
  ['an unknown transport', binary('21', '13', IPV4)],
  ['an unknown family', binary('21', '41', IPV4)],
  ['a family without a transport', binary('21', '10', IPV4)],
  ['an unknown family of LOCAL', binary('20', '41', '')],
  ['an address that is cut off', binary('21', '11', IPV4.slice(2))],
  ['an IPv6 address that is cut off', binary('21', '21', IPV6.slice(2))],
  ['a Unix socket that is cut off', binary('21', '31', '00'.repeat(215))],
  [
    'a length above the limit',
    hex(SIGNATURE, '2111', (MOST_HEADER_BYTES - 15).toString(16).padStart(4, '0')),
  ],
];

describe('a valid header', () => {
  it.each(VALID)('names the client: %s', (_name, header, client) => {
    const complete = { kind: 'complete', length: header.length, client };
    expect(readProxyHeader(header)).toEqual(complete);
    for (let length = 0; length < header.length; length += 1)
      expect(readProxyHeader(header.subarray(0, length))).toEqual({ kind: 'incomplete' });
    expect(readProxyHeader(Buffer.concat([header, hex('160301')]))).toEqual(complete);
  });
});

describe('anything else', () => {
  it.each(INVALID)('is invalid, at some byte and from there on: %s', (_name, bytes) => {
    const kinds = Array.from(
      { length: bytes.length + 1 },
      (_, n) => readProxyHeader(bytes.subarray(0, n)).kind,
    );
    expect(kinds.at(-1)).toBe('invalid');
    expect(kinds.slice(kinds.indexOf('invalid'))).not.toContain('incomplete');
    expect(kinds).not.toContain('complete');
  });
});

const anyHeader = fc.constantFrom(...VALID.map(([, header]) => header));
const port = fc.nat(65_535);
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('any bytes', () => {
  it('have one answer, which more bytes do not change', () => {
    const start = fc.oneof(
      anyHeader,
      fc.constant(hex(SIGNATURE)),
      fc.constant(text('PROXY ')),
      fc.constant(hex('')),
    );
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), fc.nat(400), (first, more, cut) => {
        const bytes = Buffer.concat([first, more]);
        const answer = readProxyHeader(bytes.subarray(0, cut));
        if (answer.kind !== 'incomplete') expect(readProxyHeader(bytes)).toEqual(answer);
        else expect(Math.min(cut, bytes.length)).toBeLessThan(MOST_HEADER_BYTES);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are not a header when one byte of it is changed to one that is not allowed there', () => {
    const flipped = fc.record({ at: fc.nat(14), by: fc.integer({ min: 1, max: 255 }) });
    const header = binary('21', '11', IPV4);
    fc.assert(
      fc.property(flipped, ({ at, by }) => {
        const bytes = Buffer.from(header);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const answer = readProxyHeader(bytes);
        const isAnother =
          (at === 12 && bytes[at] === 0x20) || (at === 13 && [0, 0x12].includes(bytes[at] ?? -1));
        if (isAnother) expect(answer).toMatchObject({ kind: 'complete', client: undefined });
        else expect(answer.kind).toBe(at === 14 ? answer.kind : 'invalid');
        if (answer.kind === 'complete') expect(answer.client).toBeUndefined();
      }),
    );
  });

  it('are read back as the addresses that were written, in both versions', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), port, port, (client, server, from, to) => {
        const v1 = readProxyHeader(text(`PROXY TCP4 ${client} ${server} ${from} ${to}\r\n`));
        expect(v1).toMatchObject({ kind: 'complete', client });
        const ports = Buffer.alloc(4);
        ports.writeUInt16BE(from);
        ports.writeUInt16BE(to, 2);
        const bytes = Buffer.concat([
          ...[client, server].map((ip) => Buffer.from(ip.split('.').map(Number))),
          ports,
        ]);
        expect(readProxyHeader(binary('21', '11', bytes.toString('hex')))).toMatchObject({ client });
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), port, port, (client, server, from, to) => {
        const v1 = readProxyHeader(text(`PROXY TCP6 ${client} ${server} ${from} ${to}\r\n`));
        expect(v1).toMatchObject({ kind: 'complete', client });
      }),
    );
    fc.assert(
      fc.property(bytesOf(36), (addresses) => {
        const header = readProxyHeader(binary('21', '21', Buffer.from(addresses).toString('hex')));
        const groups = header.kind === 'complete' ? (header.client ?? '').split(':') : [];
        const read = groups.map((group) => group.padStart(4, '0')).join('');
        expect(read).toBe(Buffer.from(addresses.subarray(0, 16)).toString('hex'));
      }),
    );
  });
});
