import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../src/platform.ts';
import type { Aead } from '../src/sealing/aead.ts';
import { nativeAead } from '../src/sealing/native.ts';
import { polyval } from '../src/sealing/polyval.ts';
import { portableAead } from '../src/sealing/portable.ts';
import { aeadOf } from '../src/sealing/seal.ts';
import vectors from './vectors/aes-256-gcm-siv.json' with { type: 'json' };

if (nodeCrypto === undefined) throw new Error('these tests run on Node');
const engines: Record<string, (key: Uint8Array) => Aead> = {
  portable: portableAead,
  native: nativeAead(nodeCrypto),
};
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

describe.each(Object.entries(engines))('AES-256-GCM-SIV, %s', (_, engine) => {
  it.each(vectors)('seals and opens $id ($source)', ({ key, nonce, plaintext, aad, result }) => {
    const aead = engine(hex(key));
    const sealed = aead.encrypt(hex(nonce), hex(plaintext), hex(aad));
    expect(Buffer.from(sealed).toString('hex')).toBe(result);
    expect(aead.decrypt(hex(nonce), sealed, hex(aad))).toEqual(hex(plaintext));
  });

  it('detects any single altered bit in nonce, associated data, ciphertext or tag', () => {
    const aead = engine(new Uint8Array(32).fill(1));
    const parts = [new Uint8Array(12).fill(2), new Uint8Array(21).fill(3)] as const;
    const sealed = aead.encrypt(parts[0], new Uint8Array(37).fill(4), parts[1]);
    const inputs = [...parts, sealed];
    for (const [which, input] of inputs.entries())
      for (let bit = 0; bit < input.length * 8; bit += 1) {
        const altered = inputs.map((bytes) => bytes.slice());
        const target = altered[which] ?? new Uint8Array(0);
        target[bit >> 3] = (target[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const [nonce = sealed, associated = sealed, ciphertext = sealed] = altered;
        expect(aead.decrypt(nonce, ciphertext, associated)).toBeUndefined();
      }
  });

  it('refuses input that is too short to contain a tag', () => {
    for (let length = 0; length < 16; length += 1)
      expect(
        engine(new Uint8Array(32)).decrypt(new Uint8Array(12), new Uint8Array(length), new Uint8Array(0)),
      ).toBeUndefined();
  });

  it('refuses keys and nonces of other lengths', () => {
    const nothing = new Uint8Array(0);
    expect(() => engine(new Uint8Array(31)).encrypt(new Uint8Array(12), nothing, nothing)).toThrow();
    expect(() => engine(new Uint8Array(32)).encrypt(new Uint8Array(13), nothing, nothing)).toThrow();
  });

  it('does not modify its input, at any offset in memory', () => {
    const memory = Uint8Array.from({ length: 200 }, (_, i) => i);
    const before = memory.slice();
    const aead = engine(memory.subarray(1, 33));
    const sealed = aead.encrypt(memory.subarray(33, 45), memory.subarray(45, 90), memory.subarray(91, 120));
    expect(aead.decrypt(memory.subarray(33, 45), sealed, memory.subarray(91, 120))).toEqual(
      memory.slice(45, 90),
    );
    expect(memory).toEqual(before);
  });
});

describe('the two engines', () => {
  it('return the same bytes for any input', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const any = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes(32), bytes(12), any, any, (key, nonce, plaintext, associated) => {
        const [portable, native] = Object.values(engines).map((engine) => engine(key));
        const sealed = portable?.encrypt(nonce, plaintext, associated);
        expect(native?.encrypt(nonce, plaintext, associated)).toEqual(sealed);
        expect(native?.decrypt(nonce, sealed ?? plaintext, associated)).toEqual(plaintext);
      }),
    );
  });

  it('are selected by host', () => {
    expect(String(aeadOf)).toBe(String(engines.native));
  });
});

describe('POLYVAL', () => {
  it.each(vectors)('of $id', ({ record_authentication_key, polyval_input, polyval_result }) => {
    const words = (text: string) => new Int32Array(hex(text).buffer);
    const result = polyval(words(record_authentication_key), words(polyval_input));
    expect(Buffer.from(result.buffer).toString('hex')).toBe(polyval_result);
  });
});
