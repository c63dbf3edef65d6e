/**
 * AES-256-GCM-SIV (RFC 8452 §4 and §5) on top of OpenSSL's AES blocks. For little-endian hosts.
 *
 * 1. Six blocks encrypted with the key-generating key, derived from the nonce, yield the authentication key
 *    and the encryption key.
 * 2. POLYVAL of associated data, plaintext and their lengths, XORed with the nonce and with the highest bit
 *    cleared, is encrypted to the tag.
 * 3. The tag with its highest bit set is the first counter block. The counter is its first 32 bits,
 *    little-endian, and wraps.
 *
 * All work happens in one buffer that is reused and cleared each time.
 */

import { equalBytes } from '../bytes.ts';
import { type Aead, TAG_BYTES } from './aead.ts';
import { polyval } from './polyval.ts';

type NodeCrypto = typeof import('node:crypto');

const BLOCK = 16;
const LONGEST = 2 ** 31;

/** Encrypts whole blocks, each independently. */
type Blocks = (input: Uint8Array) => Uint8Array;

/** Whole blocks, as bytes and as little-endian words. */
class Memory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;

  constructor(length: number) {
    const buffer = new ArrayBuffer(length);
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
  }
}

const ORDINARY = 8192;
const texts = new Memory(ORDINARY);
const counters = new Memory(ORDINARY);
const derivation = new Memory(6 * BLOCK);
for (let i = 0; i < 6; i += 1) derivation.bytes[i * BLOCK] = i;

/** Returns the engine on top of the given OpenSSL. */
export function nativeAead({ createCipheriv }: NodeCrypto): (key: Uint8Array) => Aead {
  const blocksOf = (key: Uint8Array): Blocks => {
    const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
    return (input) => cipher.update(input);
  };

  return (key) => {
    if (key.length !== 32) throw new RangeError(`"key" expected 32 bytes, got length=${key.length}`);
    const generate = blocksOf(key);
    return {
      encrypt: (nonce, plaintext, associated) => {
        const message = new Message(generate, blocksOf, nonce, plaintext, associated);
        const tag = message.tag();
        message.addKeystream(tag);
        return message.end(tag);
      },
      decrypt: (nonce, sealed, associated) => {
        if (sealed.length < TAG_BYTES) return undefined;
        const [text, tag] = [sealed.subarray(0, -TAG_BYTES), sealed.subarray(-TAG_BYTES)];
        const message = new Message(generate, blocksOf, nonce, text, associated);
        message.addKeystream(tag);
        const right = equalBytes(message.tag(), tag);
        const plaintext = message.end();
        return right ? plaintext : undefined;
      },
    };
  };
}

/** The working buffer: associated data and text, padded to whole blocks, and a block of their lengths. */
class Message {
  readonly #authentication: Int32Array;
  readonly #blocks: Blocks;
  readonly #nonce: Uint8Array;
  readonly #memory: Memory;
  readonly #start: number;
  readonly #length: number;
  /** The offset of the last block. */
  readonly #end: number;

  constructor(
    generate: Blocks,
    blocksOf: (key: Uint8Array) => Blocks,
    nonce: Uint8Array,
    text: Uint8Array,
    associated: Uint8Array,
  ) {
    if (nonce.length !== 12) throw new RangeError(`"nonce" expected 12 bytes, got length=${nonce.length}`);
    for (let i = 0; i < 6; i += 1) derivation.bytes.set(nonce, i * BLOCK + 4);
    const derived = wordsOf(generate(derivation.bytes));
    // Each block yields eight bytes: two blocks for authentication, four for encryption.
    const keys = new Memory(48);
    for (let i = 0; i < 12; i += 1) keys.words[i] = derived[4 * (i >> 1) + (i & 1)] ?? 0;
    this.#authentication = keys.words.subarray(0, 4);
    this.#blocks = blocksOf(keys.bytes.subarray(16));
    this.#nonce = nonce;
    this.#start = wholeBlocks(associated.length);
    this.#length = text.length;
    this.#end = this.#start + wholeBlocks(text.length);
    this.#memory = this.#end < ORDINARY ? texts : new Memory(this.#end + BLOCK);
    const { bytes } = this.#memory;
    bytes.set(associated);
    bytes.fill(0, associated.length, this.#start);
    bytes.set(text, this.#start);
    bytes.fill(0, this.#start + text.length, this.#end);
    // Lengths in bits, as 64-bit numbers. For inputs up to 2 GiB only the low 35 bits are used.
    const { words } = this.#memory;
    words[this.#end / 4] = associated.length * 8;
    words[this.#end / 4 + 1] = associated.length / 2 ** 29;
    words[this.#end / 4 + 2] = text.length * 8;
    words[this.#end / 4 + 3] = text.length / 2 ** 29;
  }

  /** Computes the tag. The text must be the plaintext. */
  tag(): Uint8Array {
    const sum = new Uint8Array(
      polyval(this.#authentication, this.#memory.words.subarray(0, (this.#end + BLOCK) / 4)).buffer,
    );
    for (let i = 0; i < 12; i += 1) sum[i] = (sum[i] ?? 0) ^ (this.#nonce[i] ?? 0);
    sum[15] = (sum[15] ?? 0) & 0x7f;
    return this.#blocks(sum);
  }

  /** Turns plaintext into ciphertext and back. */
  addKeystream(tag: Uint8Array): void {
    const length = this.#end - this.#start;
    const { bytes, words } = length <= ORDINARY ? counters : new Memory(length);
    bytes.set(tag);
    bytes[15] = (bytes[15] ?? 0) | 0x80;
    for (let at = 4; at < length / 4; at += 4) {
      words[at] = (words[at - 4] ?? 0) + 1;
      words[at + 1] = words[1] ?? 0;
      words[at + 2] = words[2] ?? 0;
      words[at + 3] = words[3] ?? 0;
    }
    const stream = wordsOf(this.#blocks(bytes.subarray(0, length)));
    const { bytes: text, words: textWords } = this.#memory;
    const first = this.#start / 4;
    for (let i = 0; i < stream.length; i += 1)
      textWords[first + i] = (textWords[first + i] ?? 0) ^ (stream[i] ?? 0);
    // What follows the text in its last block must stay zero.
    text.fill(0, this.#start + this.#length, this.#end);
  }

  /** Returns the text, followed by the tag if given, and clears the buffer. */
  end(tag: Uint8Array = new Uint8Array(0)): Uint8Array {
    const result = new Uint8Array(this.#length + tag.length);
    result.set(this.#memory.bytes.subarray(this.#start, this.#start + this.#length));
    result.set(tag, this.#length);
    this.#memory.bytes.fill(0, 0, this.#end + BLOCK);
    return result;
  }
}

/** Returns whole blocks as words, in place if their memory is aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

function wholeBlocks(length: number): number {
  if (length > LONGEST) throw new RangeError(`"plaintext" expected at most 2 GiB, got length=${length}`);
  return Math.ceil(length / BLOCK) * BLOCK;
}
