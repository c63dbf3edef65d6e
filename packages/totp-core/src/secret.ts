/**
 * The secret shared by an account and its authenticator app. Someone who has it can compute every code, so it
 * prints as `[redacted]` in every context. Only `toBase32()` and `bytes` reveal it.
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

/** The HMAC of a secret, prepared once and kept with it. Internal: `index.ts` does not export it. */
export let hmacOf: (secret: TotpSecret, algorithm: TotpAlgorithm) => KeyedHmac;

/** A TOTP secret that does not print itself. */
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

  /** Returns a new random secret of `bytes` bytes, at least 16. Every app accepts the default, 20. */
  static generate({
    bytes = 20,
    randomBytes,
  }: {
    bytes?: number | undefined;
    randomBytes?: RandomBytes | undefined;
  } = {}): TotpSecret {
    if (!Number.isSafeInteger(bytes) || bytes < FLOOR || bytes > CEILING)
      throw new RangeError(`"bytes" expected ${FLOOR} to ${CEILING}, got ${bytes}`);
    return new TotpSecret(draw(bytes, randomBytes), false);
  }

  /**
   * Copies the bytes of an existing secret. If `imported` is set, a secret under 16 bytes is accepted, since
   * it is already in use elsewhere, and is `weak`.
   *
   * @throws {TotpError} short_secret under 16 bytes, unless `imported`
   * @throws {TotpError} too_long over 2,048 bytes
   */
  static fromBytes(
    bytes: Uint8Array,
    { imported = false }: { imported?: boolean | undefined } = {},
  ): TotpSecret {
    if (!(bytes instanceof Uint8Array)) throw new TypeError('"bytes" expected Uint8Array');
    return new TotpSecret(bytes, imported);
  }

  /**
   * Reads base32 as users copy it: any case, spaces, dashes, padding.
   *
   * @throws {TotpError} bad_base32
   * @throws {TotpError} short_secret under 16 bytes, unless `imported`
   */
  static fromBase32(text: string, options: { imported?: boolean | undefined } = {}): TotpSecret {
    const reading = decodeBase32(text, 'lenient');
    if (!reading.ok) throw new TotpError('bad_base32', 'the secret is not base32');
    return TotpSecret.fromBytes(reading.bytes, options);
  }

  /** Returns a copy of the secret itself. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** True for less than the 128 bits of RFC 4226 R6: works, but should be replaced. */
  get weak(): boolean {
    return this.#bytes.length < FLOOR;
  }

  /** Returns the secret as authenticator apps read it: base32, upper case, no padding. */
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
