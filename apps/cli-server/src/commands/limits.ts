/** `limits`: a file to begin with for `start --limits`, or a file with its defaults filled in. */
import { DEFAULT_LIMITS } from '@countersign/auth-server/limits';
import { limitsIn } from '../chosen-limits.ts';
import type { Leaf, On } from '../command.ts';

export const command: Leaf = {
  takes: (limits) => limits.argument('[file]', 'a file of limits; missing ones get their defaults'),
  run: showLimits,
  examples: { 'write all limits to a file': '> limits.json', 'check a file': 'limits.json' },
};

async function showLimits({ io, say }: On, file: string | undefined): Promise<void> {
  const limits = file === undefined ? DEFAULT_LIMITS : await limitsIn(file, io.signal);
  await say({ json: { ...limits }, text: JSON.stringify(limits, undefined, 2) });
}
