/**
 * tssrp6a 3.0.0 (npm): all values are BigInts, which its own `toJSON` writes in hex without leading zeros.
 * The user name is not part of x.
 */
import {
  createVerifierAndSalt,
  SRPClientSession,
  type SRPClientSessionStep2,
  SRPParameters,
  SRPRoutines,
  SRPServerSession,
} from 'tssrp6a';
import { fromHex } from './bytes.ts';
import { type Peer, type Setting, text } from './peer.ts';

function digits(value: bigint): string {
  return value.toString(16);
}

function number(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

export function tssrp6a({ group, hash }: Setting): Peer<string> {
  const H = SRPParameters.H[hash.replace('-', '')];
  const primeGroup = SRPParameters.PrimeGroup[group.bits];
  if (!H || !primeGroup) throw new RangeError(`tssrp6a has no ${group.bits} bits with ${hash}`);
  const routines = new SRPRoutines(new SRPParameters(primeGroup, H));
  return {
    group,
    hash,
    async register({ identity, password }) {
      const { s, v } = await createVerifierAndSalt(routines, identity, text(password), 16);
      return { identity, salt: digits(s), verifier: digits(v) };
    },
    async client({ identity, password }) {
      const started = await new SRPClientSession(routines).step1(identity, text(password));
      let proven: SRPClientSessionStep2 | undefined;
      return {
        async answer({ salt, B }) {
          proven = await started.step2(number(salt), number(B));
          return { A: digits(proven.A), M1: digits(proven.M1) };
        },
        async finish(M2) {
          if (!proven) throw new Error('finish before answer');
          await proven.step3(number(M2));
          return fromHex(digits(proven.S));
        },
      };
    },
    async server({ identity, salt, verifier }) {
      const session = new SRPServerSession(routines);
      const started = await session.step1(identity, number(salt), number(verifier));
      return {
        B: digits(started.B),
        async check({ A, M1 }) {
          const M2 = await started.step2(number(A), number(M1));
          return { M2: digits(M2), sessionKey: fromHex(digits(await started.sessionKey(number(A)))) };
        },
      };
    },
  };
}
