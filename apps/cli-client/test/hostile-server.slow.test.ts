import { describe } from 'vitest';
import { describeLies } from './lies.ts';

describe('a hostile server draws nothing on the terminal and leaves nothing in a log', () => {
  describeLies({ oneIn: 1 });
});
