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
import { formatStretch } from '../src/stretch/stretch.ts';
import { bytes, hex } from './bytes.ts';
import { stretchOf } from './stretch-text.ts';
import vectors from './vectors/kdf.json' with { type: 'json' };

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

/** The beginning of the RFCs' longer outputs: both algorithms produce their output from left to right. */
const first32 = (output: string) => output.slice(0, 64);

describe('scrypt and PBKDF2', () => {
  it.each(vectors.scrypt.filter(({ salt, N }) => salt.length >= 16 && N < 2 ** 20))(
    'compute scrypt with N = $N, r = $r, p = $p (RFC 7914)',
    async ({ password, salt, N, r, p, output }) => {
      const stretch = { name: 'scrypt', N, r, p } as const;
      const stretched = await stretchPassword({ password: bytes(password), salt: bytes(salt), stretch });
      expect(hex(stretched)).toBe(first32(output));
    },
  );

  it('match Node for any hash', async () => {
    const { pbkdf2Sync, scryptSync } = await import('node:crypto');
    const password = new TextEncoder().encode('pässword');
    const salt = new Uint8Array(16).fill(3);
    for (const [hash, name] of [
      ['SHA-1', 'sha1'],
      ['SHA-256', 'sha256'],
      ['SHA-512', 'sha512'],
    ] as const) {
      const stretch = { name: 'pbkdf2', hash, iterations: 1000 } as const;
      const expected = hex(new Uint8Array(pbkdf2Sync(password, salt, 1000, 32, name)));
      expect(hex(await stretchPassword({ password, salt, stretch }))).toBe(expected);
    }
    const stretch = { name: 'scrypt', N: 1024, r: 8, p: 2 } as const;
    const expected = hex(new Uint8Array(scryptSync(password, salt, 32, { N: 1024, r: 8, p: 2 })));
    expect(hex(await stretchPassword({ password, salt, stretch }))).toBe(expected);
  });
});

describe('the canonical string', () => {
  it.each([
    ['argon2id,m=65536,t=3,p=4', DEFAULT_STRETCH],
    ['scrypt,N=131072,r=8,p=1', { name: 'scrypt', N: 131_072, r: 8, p: 1 }],
    ['pbkdf2-sha1,i=1300000', { name: 'pbkdf2', hash: 'SHA-1', iterations: 1_300_000 }],
    ['pbkdf2-sha256,i=600000', { name: 'pbkdf2', hash: 'SHA-256', iterations: 600_000 }],
    ['pbkdf2-sha512,i=210000', { name: 'pbkdf2', hash: 'SHA-512', iterations: 210_000 }],
    ['none', { name: 'none' }],
  ] as const)('is %s', (text, stretch) => {
    expect(formatStretch(stretch)).toBe(text);
    expect(stretchOf(text)).toEqual(stretch);
  });

  it.each(['argon2id,m=262145,t=1,p=1', 'scrypt,N=4194304,r=8,p=1', 'pbkdf2-sha256,i=10000001'])(
    'refuses %s as too much',
    (text) =>
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
    ['scrypt,N=131072,r=8,p=1', true],
    ['scrypt,N=8192,r=8,p=10', true],
    ['scrypt,N=16384,r=8,p=1', false],
    ['pbkdf2-sha256,i=600000', true],
    ['pbkdf2-sha256,i=599999', false],
    ['pbkdf2-sha1,i=1000000', false],
    ['none', false],
  ])('of %s: %s', (text, strong) => expect(isStrongEnough(stretchOf(text))).toBe(strong));
});

describe('scrypt', () => {
  it.each([
    ['a block that alone is too large', { N: 2, r: 1_048_576, p: 4 }],
    ['too many blocks at once', { N: 2, r: 1, p: 4_194_304 }],
    ['too much work in all', { N: 2 ** 17, r: 8, p: 9 }],
  ])('is refused for %s', (_why, cost) => {
    expect(() => formatStretch({ name: 'scrypt', ...cost })).toThrow(
      expect.objectContaining({ code: 'stretch_refused' }),
    );
  });

  it('has no N of 2^(16·r) or more (RFC 7914 §2)', () => {
    expect(() => formatStretch({ name: 'scrypt', N: 65_536, r: 1, p: 1 })).toThrow(RangeError);
    expect(formatStretch({ name: 'scrypt', N: 32_768, r: 1, p: 1 })).toBe('scrypt,N=32768,r=1,p=1');
  });
});

it('rejects a strength check of an invalid stretch', () => {
  for (const value of [{}, 'argon2id', 7, { name: 'argon2id', m: '65536', t: 3, p: 4 }])
    expect(() => isStrongEnough(value as never)).toThrow(TypeError);
  expect(() => isStrongEnough({ name: 'argon2id', m: Number.POSITIVE_INFINITY, t: 3, p: 4 })).toThrow(
    RangeError,
  );
});
