import type { Argon2Cost } from '../src/index.ts';
import vectors from './vectors/argon2id.json' with { type: 'json' };

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
export const hex = (tag: Uint8Array | undefined): string | undefined =>
  tag && Buffer.from(tag).toString('hex');

/** Each vector as an input of the implementations, with its tag in hex. */
export const VECTORS = vectors.map(
  ({ id, password, salt, secret, associated_data, memory_kib, passes, parallelism, tag_length, tag }) => ({
    id,
    tag,
    /** A new copy each time, since the input of a computation is wiped. */
    input: () => ({
      password: bytes(password),
      salt: bytes(salt),
      secret: bytes(secret),
      associatedData: bytes(associated_data),
      cost: { m: memory_kib, t: passes, p: parallelism } satisfies Argon2Cost,
      length: tag_length,
    }),
  }),
);

/** The vectors that hash-wasm supports. */
export const isForWebAssembly = ({ input }: (typeof VECTORS)[number]): boolean =>
  input().password.length > 0 && input().associatedData.length === 0;

/** Vectors that take an implementation in JavaScript seconds: implementations.slow.test.ts has them. */
export const isLarge = (implementation: string, { input }: (typeof VECTORS)[number]): boolean =>
  implementation === 'JavaScript' && input().cost.m > 20_000;
