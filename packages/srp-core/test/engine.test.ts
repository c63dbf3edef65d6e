import { describe, expect, it } from 'vitest';
import { answersRight } from '../src/engine-check.ts';
import { engineFor, findGroup, findMigrationGroup, nativeEngine, portableEngine } from '../src/index.ts';

const groups = [
  ...['2048', '3072', '4096', '6144', '8192'].map(findGroup),
  ...['migration-1024', 'migration-1536'].map(findMigrationGroup),
].filter((group) => group !== undefined);

describe.each(groups)('$name', (group) => {
  it('gets its known answers from both engines', () => {
    expect(answersRight(portableEngine, group)).toBe(true);
    expect(nativeEngine && answersRight(nativeEngine, group)).toBe(true);
    expect(engineFor(group).name).toBe('native');
  });
});
