import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
const [server = '', client = '', dialect = ''] = blocks;

/** Runs a module: its imports are loaded, its other lines are a function's body, what it logs is given back. */
async function runModule(code: string): Promise<string[]> {
  const said: string[] = [];
  const body = code.replace(/^import (\{[^}]+\}) from '@countersign\/srp-core';$/gm, 'const $1 = srp;');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor;
  const console = { log: (...values: unknown[]) => said.push(values.join(' ')) };
  await AsyncFunction('srp', 'console', body)(await import('../src/index.ts'), console);
  return said;
}

function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
}

it("runs the README's server and client, and its dialect", async () => {
  expect(blocks).toHaveLength(3);
  expect(await runModule(server + client)).toEqual(promised(client));
  expect(await runModule(dialect)).toEqual(promised(dialect));
});

it('would notice a block that is wrong', async () => {
  const wrong = client.replace(/(typed = preparePassword\()'/, "$1'in");
  await expect(runModule(server + wrong)).rejects.toThrow(TypeError);
});

it('names every dialect', async () => {
  const { DIALECTS } = await import('../src/index.ts');
  for (const name of Object.keys(DIALECTS)) expect(readme).toContain(`\`${name}\``);
});
