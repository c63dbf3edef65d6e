import { describe } from 'vitest';
import { describeIdleServer } from './lost-store.ts';

describe('a running server with two workers', () => describeIdleServer(2));
