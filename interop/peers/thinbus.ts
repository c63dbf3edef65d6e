/**
 * thinbus-srp 1.8.0 (npm) with the constants of its README (2048 bits, SHA-256). Hex strings are printed as
 * numbers, so A, B, v and the proofs lose leading zero digits; the salt's digits are hashed unchanged.
 */
import clientFactory from 'thinbus-srp/client.js';
import serverFactory from 'thinbus-srp/server.js';
import { fromHex } from './bytes.ts';
import { type Peer, RFC5054_2048_SHA256, text } from './peer.ts';

const K = '5b9e8ef059c6b32ea59fc1d322d37f04aa30bae5aa9003b8321e21ddb04e300';
const N = String(RFC5054_2048_SHA256.group.N);
const ClientSession = clientFactory(N, '2', K);
const ServerSession = serverFactory(N, '2', K);

export const thinbus: Peer<string> = {
  ...RFC5054_2048_SHA256,
  async register({ identity, password }) {
    const session = new ClientSession();
    const salt = session.generateRandomSalt();
    return { identity, salt, verifier: session.generateVerifier(salt, identity, text(password)) };
  },
  async client({ identity, password }) {
    const session = new ClientSession();
    session.step1(identity, text(password));
    return {
      answer: async ({ salt, B }) => session.step2(salt, B),
      async finish(M2) {
        session.step3(M2);
        return fromHex(session.getSessionKey());
      },
    };
  },
  async server({ identity, salt, verifier }) {
    const session = new ServerSession();
    const B = session.step1(identity, salt, verifier);
    return {
      B,
      async check({ A, M1 }) {
        const M2 = session.step2(A, M1);
        return { M2, sessionKey: fromHex(session.getSessionKey()) };
      },
    };
  },
};
