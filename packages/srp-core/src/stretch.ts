/**
 * Stretching: the slow step between the password and x, so that whoever steals a verifier pays for every guess.
 * P′ = stretch(P, s). The parameters travel with the salt and stand in the transcript as one canonical string.
 */
import { expectInteger, expectObject } from './argument.ts';
import { SrpError } from './errors.ts';

/** Argon2id (RFC 9106): memory in KiB, passes, lanes. */
export interface Argon2Cost {
  readonly m: number;
  readonly t: number;
  readonly p: number;
}

/** How a password is stretched to 32 bytes; `none` leaves it as it is and is for imported accounts. */
export type Stretch = ({ readonly name: 'argon2id' } & Argon2Cost) | { readonly name: 'none' };

/** For everything new: Argon2id with 64 MiB, 3 passes, 4 lanes (RFC 9106 §4, second recommendation). */
export const DEFAULT_STRETCH: Stretch = Object.freeze({ name: 'argon2id', m: 65_536, t: 3, p: 4 });

/** Ceilings, so that the other side cannot make us work without end. */
const MAX_KIB = 256 * 1024;
const MAX_KIB_PASSES = 1024 * 1024;
const MAX_LANES = 64;

/** The stretch with its numbers checked, or `SrpError('stretch_refused')` above m = 256 MiB or m·t = 1 GiB. */
export function expectStretch(value: unknown): Stretch {
  const { name, m, t, p } = expectObject('stretch', value);
  if (name === 'none') return { name };
  if (name !== 'argon2id') throw new TypeError('"stretch.name" expected the name of a stretch');
  const lanes = expectInteger('stretch.p', p, 1, MAX_LANES);
  const memory = expectInteger('stretch.m', m, 8 * lanes, 2 ** 32 - 1);
  const passes = expectInteger('stretch.t', t, 1, 2 ** 32 - 1);
  if (memory > MAX_KIB || memory * passes > MAX_KIB_PASSES)
    throw new SrpError(
      'stretch_refused',
      'stretch asks for more than 256 MiB, or more than 1 GiB in all passes',
    );
  return { name, m: memory, t: passes, p: lanes };
}

/** `argon2id,m=65536,t=3,p=4` or `none`: one string for one stretch. */
export function formatStretch(stretch: Stretch): string {
  const checked = expectStretch(stretch);
  return checked.name === 'none' ? 'none' : `argon2id,m=${checked.m},t=${checked.t},p=${checked.p}`;
}

/** Whether two stretches are the same. */
export function sameStretch(a: Stretch, b: Stretch): boolean {
  return formatStretch(a) === formatStretch(b);
}
