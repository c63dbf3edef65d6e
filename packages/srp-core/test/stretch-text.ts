/** Stretches in the vectors, which name them by their canonical string: `argon2id,m=65536,t=3,p=4`. */
import type { Stretch } from '../src/index.ts';

export function stretchOf(text: string): Stretch {
  const [head = '', ...pairs] = text.split(',');
  const numbers = Object.fromEntries(
    pairs.map((pair) => pair.split('=')).map(([key, n]) => [key, Number(n)]),
  );
  const { m = 0, t = 0, N = 0, r = 0, p = 0, i: iterations = 0 } = numbers;
  const hash = (['SHA-1', 'SHA-256', 'SHA-512'] as const).find(
    (name) => head === `pbkdf2-${name.replace('-', '').toLowerCase()}`,
  );
  if (head === 'argon2id') return { name: head, m, t, p };
  if (head === 'scrypt') return { name: head, N, r, p };
  if (hash) return { name: 'pbkdf2', hash, iterations };
  if (head === 'none') return { name: head };
  throw new Error(`no stretch ${text}`);
}
