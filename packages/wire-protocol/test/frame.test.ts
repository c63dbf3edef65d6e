import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, MAX_FRAME_BYTES } from '../src/frame.ts';
import { cut, join, oneByOne, rawFrame } from './pieces.ts';
import { refusal } from './refusal.ts';

function decode(pieces: Iterable<Uint8Array>): Uint8Array[] {
  const decoder = new FrameDecoder();
  const payloads: Uint8Array[] = [];
  for (const piece of pieces) payloads.push(...decoder.push(piece));
  decoder.end();
  return payloads;
}

const stream = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });

describe('frames', () => {
  it('are a 32-bit big-endian length and the payload', () => {
    expect(encodeFrame(Uint8Array.of(7, 8, 9))).toEqual(Uint8Array.of(0, 0, 0, 3, 7, 8, 9));
  });

  it('round-trip whole, byte by byte and in random pieces', () => {
    fc.assert(
      fc.property(
        stream.chain((payloads) => {
          const bytes = join(...payloads.map(encodeFrame));
          return fc.tuple(fc.constant(payloads), fc.constant(bytes), cut(bytes));
        }),
        ([payloads, bytes, pieces]) => {
          expect(decode([bytes])).toEqual(payloads);
          expect(decode(oneByOne(bytes))).toEqual(payloads);
          expect(decode(pieces)).toEqual(payloads);
        },
      ),
    );
  });

  it('hold up to 16 KiB, and not a byte more', () => {
    const longest = new Uint8Array(MAX_FRAME_BYTES).fill(1);
    expect(decode([encodeFrame(longest)])).toEqual([longest]);
    expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(
      'a frame holds at most 16384 bytes',
    );
    expect(refusal(() => decode([rawFrame(new Uint8Array(MAX_FRAME_BYTES + 1))]))?.code).toBe(
      'frame_too_long',
    );
  });

  it('refuses a length above the limit before the first byte of that frame', () => {
    for (const header of [
      [0, 0, 0x40, 1],
      [0x7f, 0xff, 0xff, 0xff],
      [0xff, 0xff, 0xff, 0xff],
      // "GET " and the start of a TLS record: common input by mistake
      [0x47, 0x45, 0x54, 0x20],
      [0x16, 0x03, 0x01, 0x02],
    ])
      expect(refusal(() => [...new FrameDecoder().push(Uint8Array.from(header))])?.code).toBe(
        'frame_too_long',
      );
  });

  it('keeps no bytes of the caller: reusing a buffer changes nothing', () => {
    const decoder = new FrameDecoder();
    const buffer = Uint8Array.of(0, 0, 0, 2, 1);
    expect([...decoder.push(buffer)]).toEqual([]);
    buffer.fill(9);
    expect([...decoder.push(Uint8Array.of(2))]).toEqual([Uint8Array.of(1, 2)]);
  });

  it('distinguishes an end between frames from an end inside one', () => {
    const frame = encodeFrame(Uint8Array.of(1, 2));
    for (let length = 0; length <= frame.length; length += 1)
      expect(refusal(() => decode([frame.subarray(0, length)]))?.code).toBe(
        length === 0 || length === frame.length ? undefined : 'truncated',
      );
    expect(refusal(() => decode([rawFrame('')]))).toBeUndefined();
    expect(refusal(() => decode([Uint8Array.of(0, 0, 0, 1)]))?.code).toBe('truncated');
  });
});
