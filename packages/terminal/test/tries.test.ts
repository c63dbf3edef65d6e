import { describe, expect, it } from 'vitest';
import { openPrompts, withTries } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

const wrong = new Error('wrong');

/** Tries that end with each of the errors in turn, or with `done`. */
function tries(isTyped: boolean, errors: readonly (Error | undefined)[]) {
  const left: number[] = [];
  let count = 0;
  const { io, keys } = memoryIo({ terminal: isTyped });
  const prompts = openPrompts(io);
  const result = withTries(prompts, {
    isTyped,
    async attempt() {
      const error = errors[count++];
      if (error) throw error;
      return 'done';
    },
    isWrong: (error) => error === wrong,
    say: (more) => left.push(more),
  });
  return { result, left, keys, attempts: () => count };
}

describe('a secret that is typed', () => {
  it('can be mistyped twice', async () => {
    const { result, left } = tries(true, [wrong, wrong, undefined]);
    expect(await result).toBe('done');
    expect(left).toEqual([2, 1]);
  });

  it('is not asked for a fourth time', async () => {
    const { result, left, attempts } = tries(true, [wrong, wrong, wrong]);
    await expect(result).rejects.toBe(wrong);
    expect([left, attempts()]).toEqual([[2, 1], 3]);
  });

  it('has no second try after another error', async () => {
    const { result, attempts } = tries(true, [new Error('slow down')]);
    await expect(result).rejects.toThrow('slow down');
    expect(attempts()).toBe(1);
  });
});

it('a secret that is not typed has one try', async () => {
  const { result, left, attempts } = tries(false, [wrong]);
  await expect(result).rejects.toBe(wrong);
  expect([left, attempts()]).toEqual([[], 1]);
});
