import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DIALECTS } from '../src/index.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it.each(Object.keys(DIALECTS))('the README describes the dialect %s', (name) => {
  expect(readme).toContain(`\`${name}\``);
});
