/** The host functions of browsers: none so far. Replaces `platform.ts` in browser bundles. */
import type { Engine } from './engine/interface.ts';
import type { Pbkdf2Cost, ScryptCost } from './stretch/stretch.ts';

/** Browsers have no modular exponentiation. */
export const nativeEngine: Engine | undefined = undefined;

/** Browsers have no scrypt. */
export const nativeScrypt:
  | ((password: Uint8Array, salt: Uint8Array, cost: ScryptCost) => Promise<Uint8Array>)
  | undefined = undefined;

/** Browsers' PBKDF2 cannot be interrupted, so the portable one is used. */
export const nativePbkdf2:
  | ((password: Uint8Array, salt: Uint8Array, cost: Pbkdf2Cost) => Promise<Uint8Array>)
  | undefined = undefined;
