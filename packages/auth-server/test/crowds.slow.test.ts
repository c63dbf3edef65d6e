import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { describeCrowds } from './crowds.ts';

describe('a crowd', () => {
  describeCrowds(100);

  it('is as large as the limit that locks codes', () => {
    expect(DEFAULT_LIMITS.code.lockAfter).toBe(100);
  });
});
