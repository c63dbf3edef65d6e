/** The host functions of browsers: none so far. Replaces `platform.ts` in browser bundles. */
import type { Engine } from './engine/interface.ts';

/** Browsers have no modular exponentiation. */
export const nativeEngine: Engine | undefined = undefined;
