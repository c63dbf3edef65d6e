import { afterAll } from 'vitest';

/**
 * Returns a function for `beforeAll` that registers what to clean up after the suite, in reverse order. Vitest ignores
 * `afterAll` inside a hook or a test.
 */
export function cleaningAtEnd(): (clean: () => void | Promise<void>) => void {
  const cleanings: (() => void | Promise<void>)[] = [];
  afterAll(async () => {
    for (const clean of cleanings.reverse()) await clean();
  });
  return (clean) => {
    cleanings.push(clean);
  };
}
