import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectSerial } from '../src/certificate/serial.ts';
import { lastSerialOf, makeSerial } from '../src/index.ts';

const EPOCH = Date.UTC(2020, 0, 1) / 1000;
const time = fc.integer({ min: EPOCH + 1, max: EPOCH + 2 ** 33 - 1 });
const randomBits = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe('serial numbers', () => {
  it('are seconds since 2020 in the upper 33 bits and random bits in the lower 31', () => {
    expect(makeSerial({ time: EPOCH + 1, randomBits: 0 })).toBe('2147483648');
    expect(makeSerial({ time: EPOCH + 1, randomBits: 5 })).toBe('2147483653');
    expect(lastSerialOf(EPOCH + 1)).toBe('4294967295');
    expect(makeSerial({ time: EPOCH + 2 ** 33 - 1, randomBits: 2 ** 31 - 1 })).toBe(String(2n ** 64n - 1n));
  });

  it('show when they were made', () => {
    fc.assert(
      fc.property(time, randomBits, (at, bits) => {
        const serial = BigInt(makeSerial({ time: at, randomBits: bits }));
        expect(EPOCH + Number(serial >> 31n)).toBe(at);
      }),
    );
  });

  it('of a second lie in the range up to its last one, and those of later seconds do not', () => {
    fc.assert(
      fc.property(time, time, randomBits, (fence, at, bits) => {
        const isRevoked = BigInt(makeSerial({ time: at, randomBits: bits })) <= BigInt(lastSerialOf(fence));
        expect(isRevoked).toBe(at <= fence);
      }),
    );
  });

  it.each([
    ['the first second of 2020, whose first serial is 0', { time: EPOCH, randomBits: 1 }],
    ['a time before 2020', { time: EPOCH - 1, randomBits: 1 }],
    ['a time in milliseconds', { time: EPOCH * 1000, randomBits: 1 }],
    ['a fraction of a second', { time: EPOCH + 1.5, randomBits: 1 }],
    ['32 random bits', { time: EPOCH + 1, randomBits: 2 ** 31 }],
    ['negative random bits', { time: EPOCH + 1, randomBits: -1 }],
    ['random bits that are a fraction', { time: EPOCH + 1, randomBits: 0.5 }],
  ])('are not made for %s', (_, options) => {
    expect(() => makeSerial(options)).toThrow(RangeError);
  });

  it.each([
    '',
    '0',
    '00',
    '+1',
    '-1',
    '1.0',
    '1e3',
    '0x10',
    ' 1',
    '१',
    String(2n ** 64n),
    '9'.repeat(10_000),
  ])('are not %j', (text) => {
    expect(() => expectSerial('serial', text)).toThrow(RangeError);
  });
});
