export { argon2id } from './argon2id.ts';
export { Argon2Error, type Argon2ErrorCode } from './errors.ts';
export type { Argon2Cost, Argon2Options } from './input.ts';
