import { describe, expect, it } from 'vitest';
import { bundleForBrowser, ENTRIES } from '../browser/bundle.mjs';
import kept from '../browser/sizes.json' with { type: 'json' };

/**
 * Growth beyond this must be reviewed, and then stored with `npm run sizes --workspace interop -- --write`.
 */
const GROWTH = 1.1;

describe.each(Object.entries(ENTRIES))('%s bundled for browsers', (entry, source) => {
  it('needs no Node built-in', async () => {
    const { script } = await bundleForBrowser(source);
    expect(script).not.toMatch(/\brequire\(|["']node:|\bprocess\.|\bBuffer\b/);
  });

  it('has not grown by more than a tenth', async () => {
    const { bytes, gzipped } = await bundleForBrowser(source);
    const before = Object.entries(kept).find(([name]) => name === entry)?.[1];
    expect(bytes).toBeLessThanOrEqual((before?.bytes ?? 0) * GROWTH);
    expect(gzipped).toBeLessThanOrEqual((before?.gzipped ?? 0) * GROWTH);
  });
});

it('fails if a Node built-in is imported', async () => {
  await expect(bundleForBrowser(`import 'node:crypto';`)).rejects.toThrow('node:crypto');
});
