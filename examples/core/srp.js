// SRP-6a: a password is proven to a server that knows only a verifier, and the server proves itself.
import * as srp from '@countersign/srp-core';

const { CURRENT_SUITE: suite, DEFAULT_STRETCH: stretch } = srp;
const prepared = srp.preparePassword('correct horse battery staple');
if (!prepared.ok) throw new Error(prepared.problem);
const salt = srp.generateSalt();
const password = await srp.stretchPassword({ password: prepared.password, salt, stretch });
const verifier = srp.computeVerifier({ suite, identity: 'alice', password, salt }); // all that the server stores, with the salt

const binding = crypto.getRandomValues(new Uint8Array(32)); // over TLS, the exporter of RFC 9266
const context = { username: 'alice', suite, identity: 'alice', salt, stretch, binding };
const client = srp.startClient({ group: suite.group }); // sends A
const server = srp.startServer({ suite, verifier }); // answers with B
const proof = srp.proveClient(client, { context, password, B: server.B }); // sends M1
const checked = srp.checkClient(server, { context, A: client.A, M1: proof.M1 }); // answers with M2
if (checked.outcome !== 'proven') throw new Error(checked.outcome);
const { sessionKey } = srp.checkServer(proof, checked.M2);
console.log(
  Buffer.from(sessionKey).equals(Buffer.from(checked.sessionKey)) ? 'Both sides have the same key.' : 'No.',
);
