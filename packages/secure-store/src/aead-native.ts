/**
 * AES-256-GCM-SIV (RFC 8452 §4 and §5) over OpenSSL's AES blocks. For little-endian hosts.
 *
 * 1. Six blocks under the key-generating key, from the nonce, give the authentication key and the encryption key.
 * 2. POLYVAL over associated data, plaintext and their lengths, with the nonce mixed in and the highest bit cleared, is
 *    encrypted to the tag.
 * 3. The tag, its highest bit set, is the first counter block; the counter is its first 32 bits, little-endian, and wraps.
 */
import type { Aead } from './aead.ts';
import { equalBytes, viewOf } from './bytes.ts';
import { polyval } from './polyval.ts';

type NodeCrypto = typeof import('node:crypto');

const BLOCK = 16;
const TAG_BYTES = 16;
const LONGEST = 2 ** 31;

/** Encrypts whole blocks, each on its own. */
type Blocks = (input: Uint8Array) => Uint8Array;

export function nativeAead({ createCipheriv }: NodeCrypto): (key: Uint8Array) => Aead {
  const blocksOf = (key: Uint8Array): Blocks => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return (input) => cipher.update(input);
  };

  return (key) => {
    if (key.length !== 32) throw new RangeError(`"key" expected 32 bytes, got length=${key.length}`);
    const generate = blocksOf(key);
    const keysFor = (nonce: Uint8Array) => {
      if (nonce.length !== 12) throw new RangeError(`"nonce" expected 12 bytes, got length=${nonce.length}`);
      const derived = derive(generate, nonce);
      return {
        authentication: new Uint32Array(derived.buffer, 0, 4),
        blocks: blocksOf(derived.subarray(16)),
      };
    };
    return {
      encrypt: (nonce, plaintext, associated) => {
        const { authentication, blocks } = keysFor(nonce);
        const tag = blocks(sum(authentication, nonce, plaintext, associated));
        const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
        sealed.set(plaintext);
        addKeystream(blocks, tag, sealed.subarray(0, plaintext.length));
        sealed.set(tag, plaintext.length);
        return sealed;
      },
      decrypt: (nonce, sealed, associated) => {
        if (sealed.length < TAG_BYTES) return undefined;
        const { authentication, blocks } = keysFor(nonce);
        const tag = sealed.subarray(-TAG_BYTES);
        const plaintext = new Uint8Array(sealed.subarray(0, -TAG_BYTES));
        addKeystream(blocks, tag, plaintext);
        if (equalBytes(blocks(sum(authentication, nonce, plaintext, associated)), tag)) return plaintext;
        plaintext.fill(0);
        return undefined;
      },
    };
  };
}

/** 48 bytes: authentication key and encryption key, eight bytes from each of six blocks. */
function derive(generate: Blocks, nonce: Uint8Array): Uint8Array {
  const input = new Uint8Array(6 * BLOCK);
  for (let i = 0; i < 6; i += 1) {
    input[i * BLOCK] = i;
    input.set(nonce, i * BLOCK + 4);
  }
  const output = generate(input);
  const keys = new Uint8Array(48);
  for (let i = 0; i < 6; i += 1) keys.set(output.subarray(i * BLOCK, i * BLOCK + 8), i * 8);
  return keys;
}

/** The block whose encryption is the tag. */
function sum(key: Uint32Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  const middle = wholeBlocks(associated.length);
  const end = middle + wholeBlocks(plaintext.length);
  const input = new Uint8Array(end + BLOCK);
  input.set(associated);
  input.set(plaintext, middle);
  const view = viewOf(input);
  view.setBigUint64(end, BigInt(associated.length) * 8n, true);
  view.setBigUint64(end + 8, BigInt(plaintext.length) * 8n, true);
  const block = new Uint8Array(polyval(key, new Uint32Array(input.buffer)).buffer);
  for (let i = 0; i < 12; i += 1) block[i] = (block[i] ?? 0) ^ (nonce[i] ?? 0);
  block[15] = (block[15] ?? 0) & 0x7f;
  return block;
}

function addKeystream(blocks: Blocks, tag: Uint8Array, text: Uint8Array): void {
  const counters = new Uint8Array(wholeBlocks(text.length));
  const view = viewOf(counters);
  let counter = viewOf(tag).getUint32(0, true);
  for (let at = 0; at < counters.length; at += BLOCK) {
    counters.set(tag, at);
    view.setUint32(at, counter, true);
    counters[at + 15] = (tag[15] ?? 0) | 0x80;
    counter = (counter + 1) >>> 0;
  }
  const stream = blocks(counters);
  for (let i = 0; i < text.length; i += 1) text[i] = (text[i] ?? 0) ^ (stream[i] ?? 0);
}

function wholeBlocks(length: number): number {
  if (length > LONGEST) throw new RangeError(`"plaintext" expected at most 2 GiB, got length=${length}`);
  return Math.ceil(length / BLOCK) * BLOCK;
}
