/** Stretches in the vectors, which name them by their canonical string: `argon2id,m=65536,t=3,p=4` or `none`. */
import type { Stretch } from '../src/index.ts';

export function stretchOf(text: string): Stretch {
  if (text === 'none') return { name: text };
  const [m = 0, t = 0, p = 0] = text.match(/\d+/g)?.slice(1).map(Number) ?? [];
  return { name: 'argon2id', m, t, p };
}
