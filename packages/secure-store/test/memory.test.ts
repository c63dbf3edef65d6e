import { memoryBackend } from '../src/memory.ts';
import { describeBackend, type Place } from './backend-contract.ts';

export async function memoryPlace(): Promise<Place> {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
}

describeBackend('memory', memoryPlace);
