/**
 * The secret that an account and its authenticator app share. Whoever has it can make every code, so it prints
 * `[redacted]` in every way a value gets printed; `toBase32()` and `bytes` are the only ways to see it.
 */
import { decodeBase32, encodeBase32 } from './base32.ts';
import { TotpError } from './errors.ts';
import { type KeyedHmac, keyedHmac } from './keyed-hmac.ts';
import type { TotpAlgorithm } from './profile.ts';
import { draw, type RandomBytes } from './random.ts';

/** RFC 4226 R6: at least 128 bits. */
const FLOOR = 16;
const CEILING = 2048;
const REDACTED = '[redacted]';

/** The HMAC of a secret, made once and kept with it. For this package alone: `index.ts` does not list it. */
export let hmacOf: (secret: TotpSecret, algorithm: TotpAlgorithm) => KeyedHmac;

export class TotpSecret {
  readonly #bytes: Uint8Array;
  readonly #hmacs = new Map<TotpAlgorithm, KeyedHmac>();

  private constructor(bytes: Uint8Array, imported: boolean) {
    if (bytes.length < (imported ? 1 : FLOOR))
      throw new TotpError(
        'short_secret',
        imported ? 'the secret is empty' : `a new secret needs ${FLOOR} bytes or more, got ${bytes.length}`,
      );
    if (bytes.length > CEILING)
      throw new TotpError('too_long', `a secret has at most ${CEILING} bytes, got ${bytes.length}`);
    this.#bytes = bytes.slice();
  }

  static {
    hmacOf = (secret, algorithm) => {
      const ready = secret.#hmacs.get(algorithm);
      if (ready) return ready;
      const made = keyedHmac(algorithm, secret.#bytes);
      secret.#hmacs.set(algorithm, made);
      return made;
    };
  }

  /** A new random secret of `bytes` bytes: 20 by default, which every app takes, and never under 16. */
  static generate({
    bytes = 20,
    randomBytes,
  }: {
    bytes?: number;
    randomBytes?: RandomBytes | undefined;
  } = {}): TotpSecret {
    if (!Number.isSafeInteger(bytes) || bytes < FLOOR || bytes > CEILING)
      throw new RangeError(`"bytes" expected ${FLOOR} to ${CEILING}, got ${bytes}`);
    return new TotpSecret(draw(bytes, randomBytes), false);
  }

  /**
   * Copies the bytes. Under 16 bytes it throws `TotpError` `short_secret`, unless `imported` says that the secret is
   * in use elsewhere already: then it is taken from 1 byte on, and is `weak`. Over 2,048 bytes it throws `too_long`.
   */
  static fromBytes(bytes: Uint8Array, { imported = false }: { imported?: boolean } = {}): TotpSecret {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('"bytes" expected Uint8Array');
    return new TotpSecret(bytes, imported);
  }

  /**
   * Reads base32 as people copy it: any case, spaces, dashes, padding. Throws `TotpError` `bad_base32`, or
   * `short_secret` as {@link TotpSecret.fromBytes} does.
   */
  static fromBase32(text: string, options: { imported?: boolean } = {}): TotpSecret {
    const reading = decodeBase32(text, 'lenient');
    if (!reading.ok) throw new TotpError('bad_base32', 'the secret is not base32');
    return TotpSecret.fromBytes(reading.bytes, options);
  }

  /** A copy of the secret itself. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** True under the 128 bits of RFC 4226 R6: works, and should be replaced. */
  get weak(): boolean {
    return this.#bytes.length < FLOOR;
  }

  /** The secret as authenticator apps read it: base32, upper case, no padding. */
  toBase32(): string {
    return encodeBase32(this.#bytes);
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REDACTED;
  }
}
