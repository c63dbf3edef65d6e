import { describeBackEnd, describeSealing } from './contract.ts';
import { memoryPlace } from './memory-place.ts';

describeBackEnd('memory', memoryPlace);
describeSealing('memory', memoryPlace);
