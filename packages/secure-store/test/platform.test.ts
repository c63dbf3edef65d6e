import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import argon2Vectors from '../../argon2id/test/vectors/argon2id.json' with { type: 'json' };
import { DEFAULT_COST, derive, isAcceptableCost, stretch } from '../src/keys/kdf.ts';
import { portableX25519, x25519 } from '../src/platform.ts';
import { coded } from './fixtures.ts';
import x25519Vectors from './vectors/x25519.json' with { type: 'json' };

const recommended = argon2Vectors.find(({ id }) => id === 'rfc9106-second-recommended-t3-m64MiB-p4');
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('the cost of a guess', () => {
  it('defaults to the second recommendation of RFC 9106', () => {
    expect(DEFAULT_COST).toEqual({ m: 65_536, t: 3, p: 4 });
    expect(isAcceptableCost(DEFAULT_COST)).toBe(true);
  });

  it('derives the slot key that the reference library derives', async () => {
    const { password, salt, tag } = recommended ?? expect.unreachable();
    expect(toHex(await stretch(hex(password), hex(salt), DEFAULT_COST))).toBe(tag);
  });

  it.each([
    { m: 7, t: 1, p: 1 },
    { m: 8, t: 0, p: 1 },
    { m: 8, t: 1, p: 0 },
    { m: 31, t: 1, p: 4 },
    { m: 2 ** 20 + 1, t: 1, p: 1 },
    { m: 2 ** 30, t: 1, p: 1 },
    { m: 8, t: 65, p: 1 },
    { m: 2 ** 20, t: 5, p: 1 },
    { m: 2 ** 12, t: 1, p: 17 },
    { m: 8.5, t: 1, p: 1 },
    { m: Number.NaN, t: 1, p: 1 },
  ])('is refused at m=$m t=$t p=$p before any memory is taken', async (cost) => {
    await expect(stretch(hex('00'), new Uint8Array(16), cost)).rejects.toEqual(coded('damaged'));
  });
});

describe('keys derived from keys', () => {
  it('are HKDF-SHA-256 with no salt and the label in the info', async () => {
    const { hkdfSync } = await import('node:crypto');
    const info = 'countersign store 1: ring';
    const expected = new Uint8Array(hkdfSync('sha256', hex('0b0b'), new Uint8Array(0), info, 32));
    expect(derive(hex('0b0b'), 'ring')).toEqual(expected);
    expect(derive(hex('0b0b'), 'ring', 16)).toEqual(expected.slice(0, 16));
  });
});

describe.each(Object.entries({ portable: portableX25519, chosen: x25519 }))('X25519, %s', (_, engine) => {
  // Node 20 warns that WebCrypto's X25519 is experimental.
  const printing = process.listeners('warning');
  beforeAll(() => process.removeAllListeners('warning'));
  afterAll(() => {
    for (const listener of printing) process.on('warning', listener);
  });

  it.each(x25519Vectors)('matches $source', async ({ scalar, point, result }) => {
    expect(toHex(await engine(hex(scalar), hex(point)))).toBe(result);
  });

  it('refuses a point of small order', async () => {
    await expect(engine(hex('01'.repeat(32)), new Uint8Array(32))).rejects.toThrow();
  });
});
