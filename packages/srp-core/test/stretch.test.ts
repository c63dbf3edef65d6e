import { describe, expect, it } from 'vitest';
import { DEFAULT_STRETCH, SrpError, type Stretch, sameStretch, stretchPassword } from '../src/index.ts';
import { bytes, hex } from './bytes.ts';
import vectors from './vectors/kdf.json' with { type: 'json' };

const plain = vectors.argon2id.filter(
  ({ secret, tag_length, salt }) => secret === '' && tag_length === 32 && salt.length >= 16,
);

describe('Argon2id', () => {
  it.each(plain)('computes $id', async ({ password, salt, memory_kib, passes, parallelism, tag }) => {
    const stretch = { name: 'argon2id', m: memory_kib, t: passes, p: parallelism } as const;
    const stretched = await stretchPassword({ password: bytes(password), salt: bytes(salt), stretch });
    expect(hex(stretched)).toBe(tag);
  });

  const password = new Uint8Array(8);
  const salt = new Uint8Array(16);

  it('refuses what would take the memory or the time of a denial of service', async () => {
    for (const [m, t] of [
      [262_145, 1],
      [262_144, 5],
      [8, 131_073],
    ] as const) {
      const stretch: Stretch = { name: 'argon2id', m, t, p: 1 };
      await expect(stretchPassword({ password, salt, stretch })).rejects.toSatisfy(
        (error) => error instanceof SrpError && error.code === 'stretch_refused',
      );
    }
  });

  it('stops when told to, and lets others run meanwhile', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      if (turns === 3) controller.abort(reason);
    }, 1);
    const stretch: Stretch = { name: 'argon2id', m: 262_144, t: 4, p: 1 };
    const work = stretchPassword({ password, salt, stretch, signal: controller.signal });
    await expect(work).rejects.toBe(reason);
    clearInterval(timer);
    await expect(stretchPassword({ password, salt, stretch, signal: controller.signal })).rejects.toBe(
      reason,
    );
  });

  it('leaves the password as it is with none', async () => {
    const stretched = await stretchPassword({ password, salt, stretch: { name: 'none' } });
    expect(stretched).toEqual(password);
    expect(stretched).not.toBe(password);
  });

  it('compares by value', () => {
    expect(sameStretch(DEFAULT_STRETCH, { name: 'argon2id', p: 4, t: 3, m: 65_536 })).toBe(true);
    expect(sameStretch(DEFAULT_STRETCH, { name: 'argon2id', p: 4, t: 3, m: 65_537 })).toBe(false);
    expect(sameStretch(DEFAULT_STRETCH, { name: 'none' })).toBe(false);
  });
});
