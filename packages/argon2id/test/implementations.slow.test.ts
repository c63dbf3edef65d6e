import { expect, it } from 'vitest';
import { portableArgon2id } from '../src/portable.ts';
import { hex, isLarge, VECTORS } from './vectors.ts';

it.each(VECTORS.filter((vector) => isLarge('JavaScript', vector)))(
  'JavaScript computes $id',
  async ({ input, tag }) => {
    expect(hex(await portableArgon2id(input(), undefined))).toBe(tag);
  },
);
