import { memoryBackend } from '../src/index.ts';
import type { Place } from './backend-contract.ts';

/** Back ends that share their data, as processes share a directory. */
export async function memoryPlace(): Promise<Place> {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
}
