/**
 * POLYVAL (RFC 8452 §3): the universal hash inside AES-GCM-SIV, over whole blocks.
 *
 *     POLYVAL(H, X_1 … X_s) = ByteReverse(GHASH(mulX_GHASH(ByteReverse(H)), ByteReverse(X_1) …))
 *
 * The right side is computed with a table of the sixteen multiples of the key and four bits at a time (Shoup). A block is
 * four little-endian words; reversed byte by byte they are GHASH's big-endian words from the last to the first, so nothing
 * is ever moved. The table is looked up by secret values, as in every AES that is not made of hardware instructions.
 */

/** What four bits shifted out at the end do to the first word: multiples of x^128 = x^7 + x^2 + x + 1. */
const REDUCTION = Uint32Array.of(
  ...[0x0000, 0x1c20, 0x3840, 0x2460, 0x7080, 0x6ca0, 0x48c0, 0x54e0],
  ...[0xe100, 0xfd20, 0xd940, 0xc560, 0x9180, 0x8da0, 0xa9c0, 0xb5e0],
).map((bits) => bits << 16);

const multiples = new Uint32Array(64);

/** @param blocks whole blocks, as little-endian words. @returns four words. */
export function polyval(key: Uint32Array, blocks: Uint32Array): Uint32Array {
  fillMultiples(key);
  const m = multiples;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let block = 0; block < blocks.length; block += 4) {
    let [z0, z1, z2, z3] = [0, 0, 0, 0];
    for (let word = 0; word < 4; word += 1) {
      const state = word === 0 ? s0 : word === 1 ? s1 : word === 2 ? s2 : s3;
      let bits = state ^ (blocks[block + word] ?? 0);
      for (let nibble = 0; nibble < 8; nibble += 1) {
        const at = (bits & 15) << 2;
        const carry = REDUCTION[z3 & 15] ?? 0;
        z3 = ((z3 >>> 4) | (z2 << 28)) ^ (m[at + 3] ?? 0);
        z2 = ((z2 >>> 4) | (z1 << 28)) ^ (m[at + 2] ?? 0);
        z1 = ((z1 >>> 4) | (z0 << 28)) ^ (m[at + 1] ?? 0);
        z0 = (z0 >>> 4) ^ carry ^ (m[at] ?? 0);
        bits >>>= 4;
      }
    }
    [s0, s1, s2, s3] = [z3, z2, z1, z0];
  }
  multiples.fill(0);
  return Uint32Array.of(s0, s1, s2, s3);
}

/** `multiples[4 * i …]` becomes the key times the polynomial whose coefficients are the bits of i, highest first. */
function fillMultiples(key: Uint32Array): void {
  let [z3, z2, z1, z0] = [key[0] ?? 0, key[1] ?? 0, key[2] ?? 0, key[3] ?? 0];
  const timesX = () => {
    const carry = -(z3 & 1) & 0xe1000000;
    z3 = (z3 >>> 1) | (z2 << 31);
    z2 = (z2 >>> 1) | (z1 << 31);
    z1 = (z1 >>> 1) | (z0 << 31);
    z0 = (z0 >>> 1) ^ carry;
  };
  for (let i = 8; i > 0; i >>= 1) {
    timesX();
    multiples.set([z0, z1, z2, z3], i * 4);
  }
  for (let high = 2; high < 16; high <<= 1)
    for (let low = 1; low < high; low += 1)
      for (let word = 0; word < 4; word += 1)
        multiples[(high + low) * 4 + word] =
          (multiples[high * 4 + word] ?? 0) ^ (multiples[low * 4 + word] ?? 0);
}
