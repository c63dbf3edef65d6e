/**
 * The arithmetic of SRP-6a that all dialects share (RFC 5054 §2.5, §2.6). k, u and x are numbers here; other
 * files compute their hashes. Negative remainders of `%` are made positive before use.
 */
import { toNumber } from './encoding.ts';
import type { Engine, SecretExponent } from './engine/interface.ts';
import { SrpError } from './errors.ts';
import type { Group } from './group.ts';
import { inRange } from './public-value.ts';

/** Converts the hash to u. A zero, which never occurs in practice, would remove the password from S. */
export function scramblerFrom(hash: Uint8Array): bigint {
  const u = toNumber(hash);
  if (u === 0n) throw new SrpError('bad_public_value', 'u is zero');
  return u;
}

/** v = g^x */
export function verifierOf(group: Group, x: bigint, engine: Engine): bigint {
  return engine.power(group, group.g, x);
}

/** B = k·v + g^b */
export function serverPublic(group: Group, k: bigint, v: bigint, b: SecretExponent): bigint {
  const B = (k * v + b.value) % group.N;
  if (!inRange(group, B)) throw new SrpError('bad_public_value', 'B is out of range: start again');
  return B;
}

/** S = (B − k·g^x)^(a + u·x) */
export function clientSecret(
  group: Group,
  { B, k, u, x, a }: Readonly<Record<'B' | 'k' | 'u' | 'x' | 'a', bigint>>,
  engine: Engine,
): bigint {
  const { N } = group;
  const difference = (B - ((k * verifierOf(group, x, engine)) % N) + N) % N;
  return engine.power(group, usable(group, difference), a + u * x);
}

/** S = (A·v^u)^b */
export function serverSecret(
  group: Group,
  { A, v, u, b }: Readonly<Record<'A' | 'v' | 'u', bigint>> & { readonly b: Pick<SecretExponent, 'power'> },
  engine: Engine,
): bigint {
  const product = (A * engine.publicPower(group, v, u)) % group.N;
  return b.power(usable(group, product));
}

/** A base of 0, 1 or −1 makes S predictable, whatever the secret exponent. */
function usable(group: Group, base: bigint): bigint {
  if (!inRange(group, base)) throw new SrpError('bad_public_value', 'public value leads to a fixed secret');
  return base;
}
