/** The input of a computation, checked and copied. */

/** The cost of a computation: memory in KiB, passes, lanes (RFC 9106 §3.1). */
export interface Argon2Cost {
  readonly m: number;
  readonly t: number;
  readonly p: number;
}

/** Options of `argon2id`. */
export interface Argon2Options {
  readonly password: Uint8Array;
  /** 8 bytes or more. */
  readonly salt: Uint8Array;
  readonly cost: Argon2Cost;
  /** The key K of the RFC; default none. */
  readonly secret?: Uint8Array | undefined;
  /** The data X of the RFC; default none. */
  readonly associatedData?: Uint8Array | undefined;
  /** Bytes of the tag, 4 to 1024; default 32. */
  readonly length?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The options with their defaults applied. */
export interface Input extends Pick<Argon2Options, 'password' | 'salt' | 'cost'> {
  readonly secret: Uint8Array;
  readonly associatedData: Uint8Array;
  readonly length: number;
}

/** Computes the tag. `undefined` when it cannot run on this host or does not support this input. */
export type Implementation = (
  input: Input,
  signal: AbortSignal | undefined,
) => Promise<Uint8Array | undefined>;

const MIN_SALT_BYTES = 8;
const MIN_TAG_BYTES = 4;
const MAX_TAG_BYTES = 1024;
const MAX_LANES = 2 ** 24 - 1;
const UINT32_MAX = 2 ** 32 - 1;

/**
 * Checks and copies the options.
 *
 * @throws {TypeError} for a value of the wrong type
 * @throws {RangeError} for a number outside RFC 9106 §3.1
 */
export function inputOf(options: Argon2Options): Input {
  const { cost, secret, associatedData, length = 32 } = options;
  const p = expectInteger('cost.p', cost.p, 1, MAX_LANES);
  return {
    salt: copyOf('salt', options.salt, MIN_SALT_BYTES),
    cost: {
      m: expectInteger('cost.m', cost.m, 8 * p, UINT32_MAX),
      t: expectInteger('cost.t', cost.t, 1, UINT32_MAX),
      p,
    },
    associatedData: copyOf('associatedData', associatedData ?? new Uint8Array(0)),
    length: expectInteger('length', length, MIN_TAG_BYTES, MAX_TAG_BYTES),
    secret: copyOf('secret', secret ?? new Uint8Array(0)),
    password: copyOf('password', options.password),
  };
}

/** Overwrites the copies of the password and the secret. */
export function wipe({ password, secret }: Input): void {
  password.fill(0);
  secret.fill(0);
}

/** Returns a plain `Uint8Array` that owns its buffer, even for a `Buffer`. */
function copyOf(name: string, value: Uint8Array, min = 0): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new TypeError(`"${name}" expected Uint8Array, got ${typeof value}`);
  if (value.length < min)
    throw new RangeError(`"${name}" expected ${min} bytes or more, got length=${value.length}`);
  return Uint8Array.from(value);
}

function expectInteger(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number') throw new TypeError(`"${name}" expected number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`"${name}" expected a whole number from ${min} to ${max}`);
  return value;
}
