import { memoryBackend } from '../src/index.ts';
import { describeBackEnd, describeSealing } from './contract.ts';

const memoryPlace = async () => {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
};

describeBackEnd('memory', memoryPlace);
describeSealing('memory', memoryPlace);
