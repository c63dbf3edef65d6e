import { describe, expect, it } from 'vitest';
import { Groups } from '../src/limits/groups.ts';

/** Groups whose runs end when they are told to. */
function held() {
  const runs: { readonly requests: readonly string[]; readonly end: () => void }[] = [];
  const groups = new Groups<string>(
    (requests) => new Promise((end) => runs.push({ requests: [...requests], end })),
  );
  const began = () => runs.map(({ requests }) => requests.join(''));
  const end = async (run: number) => {
    runs[run]?.end();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { groups, began, end };
}

describe('requests for keys', () => {
  it('run concurrently if they share none', () => {
    const { groups, began } = held();
    groups.add(['x'], 'a');
    groups.add(['y'], 'b');
    expect(began()).toEqual(['a', 'b']);
  });

  it('wait for a key, and then run together, in order', async () => {
    const { groups, began, end } = held();
    for (const request of ['a', 'b', 'c', 'd']) groups.add(['x', request], request);
    expect(began()).toEqual(['a']);
    await end(0);
    expect(began()).toEqual(['a', 'bcd']);
  });

  it('join groups that wait for different keys, which then wait for all of them', async () => {
    const { groups, began, end } = held();
    groups.add(['x'], 'a');
    groups.add(['y'], 'b');
    groups.add(['x', 'p'], 'c');
    groups.add(['y', 'q'], 'd');
    groups.add(['p', 'q'], 'e');
    await end(0);
    expect(began()).toEqual(['a', 'b']);
    await end(1);
    expect(began()).toEqual(['a', 'b', 'cde']);
  });

  it('do not overtake those that wait', async () => {
    const { groups, began, end } = held();
    groups.add(['x'], 'a');
    groups.add(['x', 'y'], 'b');
    groups.add(['y'], 'c');
    expect(began()).toEqual(['a']);
    await end(0);
    expect(began()).toEqual(['a', 'bc']);
  });
});
