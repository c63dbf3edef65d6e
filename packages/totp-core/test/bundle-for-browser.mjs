/**
 * The package as a browser gets it: one minified script, bundled by esbuild for a host without Node
 * built-ins. Called by a test; run on its own it prints the size.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * Bundles the script, which sets the global `totp`. Rejects if any module needs something that browsers lack.
 *
 * @returns {Promise<{ script: string, modules: string[], bytes: number, gzipped: number }>}
 */
export async function bundleForBrowser() {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    platform: 'browser',
    format: 'iife',
    globalName: 'totp',
    target: 'es2022',
  });
  const script = outputFiles[0]?.text ?? '';
  return {
    script,
    modules: Object.keys(metafile.inputs),
    bytes: Buffer.byteLength(script),
    gzipped: gzipSync(script, { level: 9 }).length,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, gzipped, modules } = await bundleForBrowser();
  process.stdout.write(
    `totp-core for browsers: ${bytes} bytes, ${gzipped} gzipped, ${modules.length} modules\n`,
  );
}
