/** What a login page does with srp-core: bundled for the browser test, where it is the global `page`. */
import {
  CURRENT_SUITE,
  checkServer,
  engineFor,
  preparePassword,
  proveClient,
  startClient,
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
 * Logs in over three requests. The session key comes back in hex only so that the test can compare it.
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
    bindingKind: /** @type {const} */ ('tls-exporter'),
    binding: fromHex(binding),
  };
  const password = await stretchPassword({ password: prepared.password, salt: fromHex(salt), stretch });
  const proof = proveClient(started, { context, password, B: fromHex(B) });
  const { outcome, M2 } = await post('/proof', { M1: toHex(proof.M1) });
  if (outcome !== 'proven') return { outcome };
  return { outcome, sessionKey: toHex(checkServer(proof, fromHex(M2)).sessionKey) };
}

export function engineName() {
  return engineFor(CURRENT_SUITE.group).name;
}
