/** Prints the sizes of the browser bundles next to those in `sizes.json`. `--write` stores the new ones. */
import { readFileSync, writeFileSync } from 'node:fs';
import { bundleForBrowser, ENTRIES } from './bundle.mjs';

const file = new URL('sizes.json', import.meta.url);
/** @type {Record<string, { bytes: number, gzipped: number } | undefined>} */
const kept = JSON.parse(readFileSync(file, 'utf8'));
/** @type {typeof kept} */
const measured = {};
for (const [entry, source] of Object.entries(ENTRIES)) {
  const { bytes, gzipped, modules } = await bundleForBrowser(source);
  measured[entry] = { bytes, gzipped };
  const before = kept[entry];
  const change = before ? `, kept ${before.bytes} and ${before.gzipped}` : '';
  console.log(`${entry}: ${bytes} bytes, ${gzipped} gzipped, ${modules.length} modules${change}`);
}
if (process.argv.includes('--write')) writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
