/** The host functions of browsers: web workers. Replaces `platform.ts` in browser bundles. */
import type { Input } from './input.ts';
import type { Thread } from './thread.ts';

/** Browsers have no Argon2id. */
export const hostArgon2id: ((input: Input) => Promise<Uint8Array>) | undefined = undefined;

interface WebWorker {
  onmessage: (event: { readonly data: unknown }) => void;
  onerror: (event: { preventDefault(): void }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}
declare const Worker: new (file: URL, options: { readonly type: 'module' }) => WebWorker;

/** Starts `worker.mjs` with a message. Throws without workers, or without a URL for it. */
export function startThread(message: unknown): Thread {
  // Bundlers recognise this expression and bundle the file that it names.
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' });
  const answer = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(undefined);
    };
  });
  worker.postMessage(message);
  return { answer, stop: async () => worker.terminate() };
}
