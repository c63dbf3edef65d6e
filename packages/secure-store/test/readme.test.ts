import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);

/** Runs a module: what it imports is loaded, its other lines are a function's body. */
async function runModule(code: string): Promise<void> {
  const body = code
    .replace(/^import (\w+) from '([^']+)';/gm, "const { default: $1 } = await load('$2');")
    .replace(/^import (\{[^}]+\}) from '([^']+)';/gm, "const $1 = await load('$2');");
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
  const load = (name: string) =>
    name === '@countersign/secure-store' ? import('../src/index.ts') : import(/* @vite-ignore */ name);
  await AsyncFunction('load', body)(load);
}

it('runs every block of the README', async () => {
  expect(blocks).toHaveLength(1);
  for (const block of blocks) await runModule(block);
});

it('would notice a block that is wrong', async () => {
  const [block = ''] = blocks;
  await expect(
    runModule(block.replace('assert.equal(balance, 15)', 'assert.equal(balance, 16)')),
  ).rejects.toThrow(/15/);
});
