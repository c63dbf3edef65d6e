/**
 * The host functions of Node: native Argon2id and threads. Browser bundles use `platform-browser.ts` instead
 * (the `browser` field of package.json). No other file of the browser bundle imports a built-in module.
 */
import * as crypto from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Input } from './input.ts';
import type { Thread } from './thread.ts';

type HostArgon2 = (
  algorithm: 'argon2id',
  parameters: Readonly<Record<string, Uint8Array | number>>,
  callback: (error: unknown, tag: Uint8Array) => void,
) => void;

function isHostArgon2(value: unknown): value is HostArgon2 {
  return typeof value === 'function';
}

// The types installed here are older than the function.
const hostArgon2: unknown = Reflect.get(crypto, 'argon2');

/** Argon2id on the host's thread pool (Node 24.7 and later). It cannot be interrupted. */
export const hostArgon2id: ((input: Input) => Promise<Uint8Array>) | undefined = isHostArgon2(hostArgon2)
  ? ({ password, salt, secret, associatedData, cost, length }) =>
      new Promise((resolve, reject) => {
        const { m: memory, t: passes, p: parallelism } = cost;
        const numbers = { memory, passes, parallelism, tagLength: length };
        const parameters = { message: password, nonce: salt, secret, associatedData, ...numbers };
        hostArgon2('argon2id', parameters, (error, tag) =>
          error ? reject(error) : resolve(Uint8Array.from(tag)),
        );
      })
  : undefined;

/** Starts `worker.mjs` with a message. Throws if the host refuses to start a thread. */
export function startThread(message: unknown): Thread {
  // The thread needs none of the program's flags and environment variables.
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { execArgv: [], env: {} });
  const answer = new Promise((resolve) => {
    worker.on('message', resolve);
    worker.on('error', () => resolve(undefined));
    worker.on('exit', () => resolve(undefined));
  });
  worker.postMessage(message);
  return {
    answer,
    stop: async () => {
      await worker.terminate();
    },
  };
}
