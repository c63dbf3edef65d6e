/**
 * The portable packages as a browser gets them: one minified script each, bundled by esbuild for a host
 * without Node built-ins, which esbuild refuses to bundle.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What is bundled: whole packages, and the parts of srp-core that a login page needs. */
export const ENTRIES = {
  argon2id: `export * from '@countersign/argon2id';`,
  'srp-core': `export * from '@countersign/srp-core';`,
  'srp-core, client only': `export { CURRENT_SUITE, checkServer, findSuite, preparePassword, prepareUsername, proveClient,
    startClient, stretchPassword } from '@countersign/srp-core';`,
  'totp-core': `export * from '@countersign/totp-core';`,
  'ssh-core': `export * from '@countersign/ssh-core';`,
};

/**
 * Bundles a module's source into a script that sets the global `bundled`, or into one module.
 *
 * @param {string} source
 * @param {'iife' | 'esm'} [format]
 * @returns {Promise<{ script: string, modules: string[], bytes: number, gzipped: number }>}
 */
export async function bundleForBrowser(source, format = 'iife') {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    platform: 'browser',
    conditions: ['@countersign/source'],
    format,
    ...(format === 'iife' ? { globalName: 'bundled' } : {}),
    target: 'es2022',
  });
  const script = outputFiles[0]?.text ?? '';
  const modules = Object.keys(metafile.inputs);
  return {
    script,
    modules,
    bytes: Buffer.byteLength(script),
    gzipped: gzipSync(script, { level: 9 }).length,
  };
}
