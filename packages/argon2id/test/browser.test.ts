/**
 * The package in a browser: no Node built-in, hash-wasm only in the worker's file, and the correct tag
 * without a worker.
 */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { type BuildOptions, build } from 'esbuild';
import { expect, it } from 'vitest';
import { VECTORS } from './vectors.ts';

const OPTIONS: BuildOptions & { readonly write: false; readonly metafile: true } = {
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
  platform: 'browser',
  format: 'iife',
  globalName: 'argon2',
  target: 'es2022',
};

it('is bundled for browsers without Node built-ins, under 20 KB; the worker under 40 KB', async () => {
  const page = await build(OPTIONS);
  const worker = await build({
    ...OPTIONS,
    entryPoints: [fileURLToPath(new URL('../src/worker.mjs', import.meta.url))],
  });
  for (const { metafile, outputFiles } of [page, worker]) {
    for (const name of Object.keys(metafile.inputs))
      expect(builtinModules).not.toContain(name.replace(/^node:/, ''));
    expect(outputFiles[0]?.text).not.toMatch(/\bfetch\b|XMLHttpRequest|WebSocket|importScripts/);
  }
  expect(Object.keys(page.metafile.inputs).join()).not.toContain('hash-wasm');
  expect(page.outputFiles[0]?.contents.length).toBeLessThan(20_000);
  expect(worker.outputFiles[0]?.contents.length).toBeLessThan(40_000);
});

it('computes with nothing but the language and timers', async () => {
  const { outputFiles } = await build(OPTIONS);
  const [{ input, tag } = expect.unreachable()] = VECTORS;
  const context = createContext({ setTimeout, performance, input: input() });
  const answer: unknown = await runInContext(
    `${outputFiles[0]?.text};
    const own = (bytes) => Uint8Array.from(bytes);
    const { password, salt, secret, associatedData, cost } = input;
    argon2.argon2id({
      password: own(password), salt: own(salt), secret: own(secret), associatedData: own(associatedData), cost,
    }).then((tag) => Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join(''))`,
    context,
  );
  expect(answer).toBe(tag);
});
