/**
 * A QR code as PNG (RFC 2083): one-bit greyscale, stored without compression, 25 KB for a typical URI. The
 * `qrcode` package writes PNG files only on Node, with zlib, and draws on a canvas in browsers.
 */
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { qrModules } from './modules.ts';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** The longest block that deflate can store (RFC 1951 §3.2.4). */
const STORED_BLOCK = 0xffff;

/**
 * Returns a PNG file with `scale` pixels per module: 8 by default, 1 to 32.
 *
 * @throws {RangeError} for another scale
 * @throws {TotpError} too_long if the text does not fit a QR code
 */
export function qrPng(text: string, { scale = 8 }: { scale?: number | undefined } = {}): Uint8Array {
  if (!Number.isSafeInteger(scale) || scale < 1 || scale > 32)
    throw new RangeError(`"scale" expected 1 to 32 whole pixels, got ${scale}`);
  const modules = qrModules(text);
  const side = modules.size * scale;
  // Each line is a filter byte (0: none) and one bit per pixel, 1 for white.
  const stride = 1 + Math.ceil(side / 8);
  const lines = new Uint8Array(stride * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (!modules.isDark(Math.floor(y / scale), Math.floor(x / scale))) {
        const at = y * stride + 1 + (x >> 3);
        lines[at] = (lines[at] ?? 0) | (0x80 >> (x & 7));
      }

  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, side);
  view.setUint32(4, side);
  header[8] = 1; // bits per pixel; greyscale, deflate, no interlace are all zero
  const data = zlibStored(lines);
  return concatBytes(SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array()));
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concatBytes(utf8ToBytes(type), data);
  return concatBytes(uint32(data.length), named, uint32(crc32(named)));
}

/** A zlib stream (RFC 1950) of stored blocks. */
function zlibStored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < data.length; start += STORED_BLOCK) {
    const block = data.subarray(start, start + STORED_BLOCK);
    const last = start + STORED_BLOCK >= data.length ? 1 : 0;
    const { length } = block;
    parts.push(Uint8Array.of(last, length, length >> 8, ~length, ~length >> 8), block);
  }
  parts.push(uint32(adler32(data)));
  return concatBytes(...parts);
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 0x1_0000 + a;
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
