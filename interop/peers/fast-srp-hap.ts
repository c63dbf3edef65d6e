/** fast-srp-hap 2.0.4 (npm): HomeKit's SRP, in its own proof (`hap`) and the short one. */
import { randomBytes } from 'node:crypto';
import { SRP, SrpClient, type SrpParams, SrpServer } from 'fast-srp-hap';
import { type Peer, type Setting, text } from './peer.ts';

/**
 * 32 random bytes that begin with a one bit: the library prints a warning for any number shorter than 256
 * bits.
 */
function exponent(): Buffer {
  const bytes = randomBytes(32);
  bytes[0] = (bytes[0] ?? 0) | 128;
  return bytes;
}

/** The library's name of the 6144-bit group is 6244. */
const GROUPS: readonly SrpParams[] = Object.values(SRP.params);

/** A server created from a bare verifier uses the short proof, a client when told to. */
export function fastSrpHap({ group, hash }: Setting, proof: 'hap' | 'short'): Peer<Uint8Array> {
  const known = GROUPS.find(({ N_length_bits }) => N_length_bits === group.bits);
  if (!known) throw new RangeError(`fast-srp-hap has no group of ${group.bits} bits`);
  const params = { ...known, hash: hash.replace('-', '').toLowerCase() };
  return {
    group,
    hash,
    async register({ identity, password }) {
      const salt = randomBytes(16);
      const verifier = SRP.computeVerifier(params, salt, Buffer.from(identity), Buffer.from(text(password)));
      return { identity, salt, verifier };
    },
    async client({ identity, password }) {
      const a = exponent();
      let client: SrpClient | undefined;
      return {
        async answer({ salt, B }) {
          const I = Buffer.from(identity);
          client = new SrpClient(
            params,
            Buffer.from(salt),
            I,
            Buffer.from(text(password)),
            a,
            proof === 'hap',
          );
          client.setB(Buffer.from(B));
          return { A: client.computeA(), M1: client.computeM1() };
        },
        async finish(M2) {
          if (!client) throw new Error('finish before answer');
          client.checkM2(Buffer.from(M2));
          return client.computeK();
        },
      };
    },
    async server({ identity, salt, verifier }) {
      const b = exponent();
      const v = Buffer.from(verifier);
      const server =
        proof === 'hap'
          ? new SrpServer(params, { username: identity, salt: Buffer.from(salt), verifier: v }, b)
          : new SrpServer(params, v, b);
      return {
        B: server.computeB(),
        async check({ A, M1 }) {
          server.setA(Buffer.from(A));
          server.checkM1(Buffer.from(M1));
          return { M2: server.computeM2(), sessionKey: server.computeK() };
        },
      };
    },
  };
}
