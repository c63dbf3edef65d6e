/** secure-remote-password 0.3.1 (npm): 2048 bits and SHA-256 only, everything as hex of fixed length. */
import * as client from 'secure-remote-password/client.js';
import * as server from 'secure-remote-password/server.js';
import { fromHex } from './bytes.ts';
import { type Peer, RFC5054_2048_SHA256, text } from './peer.ts';

export const secureRemotePassword: Peer<string> = {
  ...RFC5054_2048_SHA256,
  async register({ identity, password }) {
    const salt = client.generateSalt();
    const x = client.derivePrivateKey(salt, identity, text(password));
    return { identity, salt, verifier: client.deriveVerifier(x) };
  },
  async client({ identity, password }) {
    const ephemeral = client.generateEphemeral();
    let session: client.Session | undefined;
    return {
      async answer({ salt, B }) {
        const x = client.derivePrivateKey(salt, identity, text(password));
        session = client.deriveSession(ephemeral.secret, B, salt, identity, x);
        return { A: ephemeral.public, M1: session.proof };
      },
      async finish(M2) {
        if (!session) throw new Error('finish before answer');
        client.verifySession(ephemeral.public, session, M2);
        return fromHex(session.key);
      },
    };
  },
  async server({ identity, salt, verifier }) {
    const ephemeral = server.generateEphemeral(verifier);
    return {
      B: ephemeral.public,
      async check({ A, M1 }) {
        const session = server.deriveSession(ephemeral.secret, A, salt, identity, verifier, M1);
        return { M2: session.proof, sessionKey: fromHex(session.key) };
      },
    };
  },
};
