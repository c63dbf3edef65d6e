/**
 * Everything except LMDB and PostgreSQL runs with nothing but the language, WebCrypto and text encoding, and
 * produces the same bytes.
 */
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { type BuildOptions, build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { memoryBackend, openStore, restoreStore } from '../src/index.ts';
import { CHEAP } from './fixtures.ts';

const OPTIONS: BuildOptions = {
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  logLevel: 'silent',
  platform: 'browser',
  format: 'iife',
  globalName: 'secureStore',
  target: 'es2022',
};
const passphrase = 'correct horse';

// Node 20 warns that WebCrypto's X25519 is experimental.
const printing = process.listeners('warning');
beforeAll(() => process.removeAllListeners('warning'));
afterAll(() => {
  for (const listener of printing) process.on('warning', listener);
});

it('is bundled for browsers without Node built-ins, under 100 KB', async () => {
  const { outputFiles, metafile } = await build(OPTIONS);
  const script = outputFiles?.[0]?.text ?? '';
  for (const name of Object.keys(metafile?.inputs ?? {}))
    expect(builtinModules).not.toContain(name.replace(/^node:/, ''));
  expect(script).not.toMatch(/\brequire\(|\bfetch\b|XMLHttpRequest|WebSocket|importScripts/);
  expect(script.length).toBeGreaterThan(10_000);
  expect(script.length).toBeLessThan(100_000);
});

it('writes there what Node reads, and reads what Node wrote', async () => {
  const { outputFiles } = await build(OPTIONS);
  const here = await openStore({ backend: memoryBackend(), passphrase, create: 'if-empty', kdf: CHEAP });
  await here.collection('notes', z.string()).insert('from Node', 'grüße ☕');
  await here.keys.addSlot({ keyFile: new Uint8Array(32), label: 'other', kdf: CHEAP });
  await here.keys.rotateRoot();
  const file: Uint8Array[] = [];
  await here.backup({ write: (chunk) => void file.push(chunk) });

  const page = createContext({
    crypto,
    TextEncoder,
    TextDecoder,
    setTimeout,
    performance,
    file,
    written: [],
  });
  const answer: unknown = await runInContext(
    `${outputFiles?.[0]?.text};
    (async () => {
      const { memoryBackend, openStore, restoreStore } = secureStore;
      const text = { '~standard': { version: 1, vendor: 'page', validate: (value) => ({ value }) } };
      const backend = memoryBackend();
      const keyFile = new Uint8Array(32);
      await restoreStore({ backend, source: file, keyFile });
      const store = await openStore({ backend, keyFile });
      const notes = store.collection('notes', text);
      await notes.insert('from the page', 'hello');
      await store.keys.rotate({ wait: async () => {} });
      await store.backup({ write: (chunk) => { written.push(chunk); } });
      const { bad } = await store.check();
      return JSON.stringify([(await notes.get('from Node')).value, bad, typeof process, typeof Buffer]);
    })()`,
    page,
  );
  expect(JSON.parse(String(answer))).toEqual(['grüße ☕', [], 'undefined', 'undefined']);

  const backend = memoryBackend();
  // Objects from the page have the constructors of that page.
  const source = (page.written as Uint8Array[]).map((chunk) => Uint8Array.from(chunk));
  await restoreStore({ backend, source, passphrase });
  const back = await openStore({ backend, passphrase });
  expect((await back.collection('notes', z.string()).get('from the page'))?.value).toBe('hello');
});
