import { memoryBackend } from '../src/index.ts';
import { describeEverything } from './contract.ts';

describeEverything('memory', async () => {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
});
