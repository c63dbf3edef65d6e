/** What a browser adds to the portable code: nothing so far. Takes the place of `platform.ts` in browser bundles. */
import type { Engine } from './engine/interface.ts';
import type { Pbkdf2Cost, ScryptCost } from './stretch/stretch.ts';

/** Browsers have no modular power. */
export const nativeEngine: Engine | undefined = undefined;

/** Browsers have no scrypt. */
export const nativeScrypt:
  | ((password: Uint8Array, salt: Uint8Array, cost: ScryptCost) => Promise<Uint8Array>)
  | undefined = undefined;

/** The browsers' PBKDF2 cannot be interrupted, so the portable one serves. */
export const nativePbkdf2:
  | ((password: Uint8Array, salt: Uint8Array, cost: Pbkdf2Cost) => Promise<Uint8Array>)
  | undefined = undefined;
