/**
 * POLYVAL (RFC 8452 §3): the universal hash of AES-GCM-SIV, over whole blocks.
 *
 *     POLYVAL(H, X_1 … X_s) = ByteReverse(GHASH(mulX_GHASH(ByteReverse(H)), ByteReverse(X_1) …))
 *
 * The right-hand side is computed with tables of the sixteen multiples of the key, eight bits at a time
 * (Shoup's method). A block is four little-endian words. Reversed bytewise, they are GHASH's big-endian words
 * from last to first, so no data is moved. The table lookups depend on secret values, as in every AES that
 * does not use hardware instructions.
 */

/** How four bits shifted out at the end change the first word: multiples of x^128 = x^7 + x^2 + x + 1. */
const FOUR_BITS = Int32Array.of(
  ...[0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0],
  ...[0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0],
).map((bits) => bits << 16);

/** The same for eight bits: the lower four go first and are shifted by four more. */
const EIGHT_BITS = Int32Array.from(
  { length: 256 },
  (_, bits) => ((FOUR_BITS[bits & 15] ?? 0) >>> 4) ^ (FOUR_BITS[bits >>> 4] ?? 0),
);

/**
 * Indexed by four bits: the key times the polynomial with these coefficients, highest first; and that product
 * times x^4.
 */
const multiples = new Int32Array(64);
const shifted = new Int32Array(64);

/**
 * Computes POLYVAL.
 *
 * @param blocks whole blocks, as little-endian words
 * @returns four words
 */
export function polyval(key: Int32Array, blocks: Int32Array): Int32Array {
  fillTables(key);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let block = 0; block < blocks.length; block += 4) {
    let [z0, z1, z2, z3] = [0, 0, 0, 0];
    for (let word = 0; word < 4; word += 1) {
      let bits = (word < 2 ? (word === 0 ? s0 : s1) : word === 2 ? s2 : s3) ^ (blocks[block + word] ?? 0);
      for (let byte = 0; byte < 4; byte += 1) {
        const low = (bits & 15) << 2;
        const high = (bits & 240) >>> 2;
        const carry = EIGHT_BITS[z3 & 255] ?? 0;
        z3 = ((z3 >>> 8) | (z2 << 24)) ^ (shifted[low + 3] ?? 0) ^ (multiples[high + 3] ?? 0);
        z2 = ((z2 >>> 8) | (z1 << 24)) ^ (shifted[low + 2] ?? 0) ^ (multiples[high + 2] ?? 0);
        z1 = ((z1 >>> 8) | (z0 << 24)) ^ (shifted[low + 1] ?? 0) ^ (multiples[high + 1] ?? 0);
        z0 = (z0 >>> 8) ^ carry ^ (shifted[low] ?? 0) ^ (multiples[high] ?? 0);
        bits >>>= 8;
      }
    }
    [s0, s1, s2, s3] = [z3, z2, z1, z0];
  }
  multiples.fill(0);
  shifted.fill(0);
  return Int32Array.of(s0, s1, s2, s3);
}

function fillTables(key: Int32Array): void {
  const m = multiples;
  let [z3, z2, z1, z0] = [key[0] ?? 0, key[1] ?? 0, key[2] ?? 0, key[3] ?? 0];
  for (let i = 8; i > 0; i >>= 1) {
    const carry = -(z3 & 1) & 0xe1000000;
    z3 = (z3 >>> 1) | (z2 << 31);
    z2 = (z2 >>> 1) | (z1 << 31);
    z1 = (z1 >>> 1) | (z0 << 31);
    z0 = (z0 >>> 1) ^ carry;
    m[i * 4] = z0;
    m[i * 4 + 1] = z1;
    m[i * 4 + 2] = z2;
    m[i * 4 + 3] = z3;
  }
  for (let high = 2; high < 16; high <<= 1)
    for (let at = 4; at < high * 4; at += 1) m[high * 4 + at] = (m[high * 4 + (at & 3)] ?? 0) ^ (m[at] ?? 0);
  for (let at = 4; at < 64; at += 4) {
    const [w0, w1, w2, w3] = [m[at] ?? 0, m[at + 1] ?? 0, m[at + 2] ?? 0, m[at + 3] ?? 0];
    shifted[at] = (w0 >>> 4) ^ (FOUR_BITS[w3 & 15] ?? 0);
    shifted[at + 1] = (w1 >>> 4) | (w0 << 28);
    shifted[at + 2] = (w2 >>> 4) | (w1 << 28);
    shifted[at + 3] = (w3 >>> 4) | (w2 << 28);
  }
}
