/**
 * Reads the data types of RFC 4251 §5. Everything has one form: lengths that end exactly where the data ends,
 * mpints without padding, text in UTF-8.
 */
import { isPrintable } from '../argument.ts';
import { SshError } from '../errors.ts';
import { utf8Decode } from '../platform.ts';

/** Reads values one after the other. Every method throws {@link SshError} malformed if the bytes do not fit. */
export class Reader {
  readonly #what: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param what names the whole in messages, such as "the public key" */
  constructor(bytes: Uint8Array, what: string) {
    this.#what = what;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes have been read. */
  get position(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#skip(8));
  }

  /** Returns a number that was read and fits a JavaScript number. */
  safe(value: bigint): number {
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.malformed('contains a number out of range');
    return Number(value);
  }

  /** Reads a `string` and returns its bytes, not copied. */
  string(): Uint8Array {
    const length = this.uint32();
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Reads a `string` and returns a reader of its content. */
  inside(what: string): Reader {
    return new Reader(this.string(), what);
  }

  /**
   * Reads a `string` of UTF-8 without control characters.
   *
   * @throws {SshError} too_long over `max` bytes
   */
  text(max = Number.POSITIVE_INFINITY): string {
    const bytes = this.string();
    if (bytes.length > max) throw new SshError('too_long', `${this.#what} contains text over ${max} bytes`);
    const text = utf8Decode(bytes);
    if (text === undefined || !isPrintable(text))
      throw this.malformed('contains text that is not UTF-8 or has control characters');
    return text;
  }

  /** Reads an `mpint` above zero and returns its bytes, big-endian, without the leading zero. */
  positive(): Uint8Array {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (bytes.length === 0 || first > 0x7f || (first === 0 && second < 0x80))
      throw this.malformed('contains an integer that is not positive or not in its shortest form');
    return first === 0 ? bytes.subarray(1) : bytes;
  }

  /** Checks that everything has been read. */
  end(): void {
    if (!this.done) throw this.malformed('is followed by other bytes');
  }

  /** Returns the error that this part of the input is wrong. */
  malformed(problem: string): SshError {
    return new SshError('malformed', `${this.#what} ${problem}`);
  }

  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw this.malformed('is cut off');
    this.#at = start + length;
    return start;
  }
}
