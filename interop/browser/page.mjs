/** What a login page does with srp-core. Bundled for the browser test, where it is the global `page`. */
import {
  CURRENT_SUITE,
  checkServer,
  clientPremaster,
  computeDialectVerifier,
  DIALECTS,
  engineFor,
  findMigrationGroup,
  preparePassword,
  proveClient,
  serverPremaster,
  startClient,
  startDialectClient,
  startDialectServer,
  stretchPassword,
} from '@countersign/srp-core';

/** @param {string} text */
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
/** @param {Uint8Array} bytes */
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * @param {string} path
 * @param {object} message
 * @returns {Promise<any>}
 */
async function post(path, message) {
  const answer = await fetch(path, { method: 'POST', body: JSON.stringify(message) });
  return answer.json();
}

/**
 * Logs in with three requests. The session key is returned in hex only so that the test can compare it.
 *
 * @param {string} username
 * @param {string} typed
 */
export async function login(username, typed) {
  const started = startClient({ group: CURRENT_SUITE.group });
  const { salt, B, stretch, binding } = await post('/start', { username, A: toHex(started.A) });
  const prepared = preparePassword(typed);
  if (!prepared.ok) return { outcome: prepared.problem };
  const context = {
    username,
    suite: CURRENT_SUITE,
    identity: username,
    salt: fromHex(salt),
    stretch,
    binding: fromHex(binding),
  };
  const password = await stretchPassword({ password: prepared.password, salt: fromHex(salt), stretch });
  const proof = proveClient(started, { context, password, B: fromHex(B) });
  const { outcome, M2 } = await post('/proof', { M1: toHex(proof.M1) });
  if (outcome !== 'proven') return { outcome };
  return { outcome, sessionKey: toHex(checkServer(proof, fromHex(M2)).sessionKey) };
}

/**
 * Runs both halves of the exchange of RFC 5054, Appendix B, from its secrets.
 *
 * @param {{ I: string, P: string, s: string, a: string, b: string }} vector
 */
export function appendixB({ I: identity, P, s, a, b }) {
  const group = findMigrationGroup('migration-1024');
  if (!group) throw new Error('no group');
  const setting = { dialect: DIALECTS.rfc5054, group, hash: /** @type {const} */ ('SHA-1') };
  const password = new TextEncoder().encode(P);
  const salt = fromHex(s);
  const verifier = computeDialectVerifier({ ...setting, identity, password, salt });
  const client = startDialectClient({ ...setting, randomBytes: () => fromHex(a) });
  const server = startDialectServer({
    ...setting,
    identity,
    salt,
    verifier,
    randomBytes: () => fromHex(b),
  });
  const { A } = client;
  const { B } = server;
  const premasters = [
    clientPremaster(client, { identity, password, salt, B }),
    serverPremaster(server, { A }),
  ];
  return { v: toHex(verifier), A: toHex(A), B: toHex(B), premasters: premasters.map(toHex) };
}

export function engineName() {
  return engineFor(CURRENT_SUITE.group).name;
}
