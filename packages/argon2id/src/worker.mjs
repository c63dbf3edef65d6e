/**
 * The thread that computes Argon2id with WebAssembly. It is JavaScript so that Node can load it from the
 * source tree too.
 */
import argon2 from 'hash-wasm/dist/argon2.umd.min.js';

/**
 * @typedef {{ onmessage: ((event: { data: unknown }) => void) | null, postMessage(message: unknown): void }} Port
 * @typedef {import('./input.ts').Input} Input
 */

/** What Node's port and a browser's global scope have in common. */
const scope = /** @type {unknown} */ (
  globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort ?? globalThis
);
const port = /** @type {Port} */ (scope);

port.onmessage = ({ data }) => {
  compute(/** @type {readonly Input[]} */ (data)).then(
    (tags) => port.postMessage(tags),
    () => port.postMessage(undefined),
  );
};

/** @param {readonly Input[]} inputs */
async function compute(inputs) {
  const tags = [];
  for (const { password, salt, secret, cost, length } of inputs) {
    const { m: memorySize, t: iterations, p: parallelism } = cost;
    const numbers = { memorySize, iterations, parallelism, hashLength: length };
    tags.push(await argon2.argon2id({ password, salt, secret, ...numbers, outputType: 'binary' }));
    password.fill(0);
    secret.fill(0);
  }
  return tags;
}
