import { describe, expect, it } from 'vitest';
import argon2Vectors from '../../argon2id/test/vectors/argon2id.json' with { type: 'json' };
import {
  DEFAULT_STRETCH,
  isStrongEnough,
  SrpError,
  type Stretch,
  sameStretch,
  stretchPassword,
} from '../src/index.ts';
import { formatStretch } from '../src/stretch.ts';
import { bytes, hex } from './bytes.ts';
import { stretchOf } from './stretch-text.ts';

const recommended = argon2Vectors.find(({ id }) => id === 'rfc9106-second-recommended-t3-m64MiB-p4');

describe('Argon2id', () => {
  it('matches the reference library at the default cost', async () => {
    const { password, salt, tag } = recommended ?? expect.unreachable();
    const stretched = await stretchPassword({
      password: bytes(password),
      salt: bytes(salt),
      stretch: DEFAULT_STRETCH,
    });
    expect(hex(stretched)).toBe(tag);
  });

  const password = new Uint8Array(8);
  const salt = new Uint8Array(16);

  it('refuses costs that would exhaust memory or time', async () => {
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

  it('stops when aborted, and does not block the event loop', async () => {
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

  it('leaves the password unchanged with none', async () => {
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

describe('the canonical string', () => {
  it.each([
    ['argon2id,m=65536,t=3,p=4', DEFAULT_STRETCH],
    ['none', { name: 'none' }],
  ] as const)('is %s', (text, stretch) => {
    expect(formatStretch(stretch)).toBe(text);
    expect(stretchOf(text)).toEqual(stretch);
  });

  it.each(['argon2id,m=262145,t=1,p=1', 'argon2id,m=262144,t=5,p=1'])('refuses %s as too much', (text) =>
    expect(() => formatStretch(stretchOf(text))).toThrow(
      expect.objectContaining({ code: 'stretch_refused' }),
    ),
  );
});

describe('the floor', () => {
  it.each([
    ['argon2id,m=65536,t=3,p=4', true],
    ['argon2id,m=19456,t=2,p=1', true],
    ['argon2id,m=7168,t=5,p=1', true],
    ['argon2id,m=7168,t=4,p=1', false],
    ['argon2id,m=7167,t=6,p=1', false],
    ['none', false],
  ])('of %s: %s', (text, strong) => expect(isStrongEnough(stretchOf(text))).toBe(strong));
});

it('rejects a strength check of an invalid stretch', () => {
  for (const value of [{}, 'argon2id', 7, { name: 'argon2id', m: '65536', t: 3, p: 4 }])
    expect(() => isStrongEnough(value as never)).toThrow(TypeError);
  expect(() => isStrongEnough({ name: 'argon2id', m: Number.POSITIVE_INFINITY, t: 3, p: 4 })).toThrow(
    RangeError,
  );
});
