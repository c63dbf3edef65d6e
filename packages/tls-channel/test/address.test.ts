import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../src/index.ts';

describe('the address of a server', () => {
  it.each([
    ['login.example.org', 'login.example.org', 8443],
    ['Login.Example.ORG:443', 'login.example.org', 443],
    ['192.0.2.7:1', '192.0.2.7', 1],
    ['[2001:DB8::1]:65535', '2001:db8::1', 65_535],
    ['[::1]', '::1', 8443],
    ['::1', '::1', 8443],
    ['[fe80::1%eth0]:8443', 'fe80::1%eth0', 8443],
  ])('%s is read as a host and a port', (text, host, port) => {
    expect(parseAddress(text)).toEqual({ host, port });
    expect(parseAddress(formatAddress(host, port))).toEqual({ host, port });
  });

  it.each([
    '',
    ':8443',
    'host:',
    'host:0',
    'host:65536',
    'host:123456',
    'host:8x',
    'two hosts',
    'host/path',
    'https://host',
    '[host]:8443',
    '[abc]',
    '[127.0.0.1]',
    '[::1',
    '::1]',
    '2001:db8::1:99999',
    'h'.repeat(254),
  ])('%j is not an address', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});
