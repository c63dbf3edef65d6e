import { memoryBackend } from '../src/index.ts';
import { describeBackend, type Place } from './backend-contract.ts';
import { describeStore } from './store-contract.ts';

async function memoryPlace(): Promise<Place> {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
}

describeBackend('memory', memoryPlace);
describeStore('memory', memoryPlace);
