/** Argon2id in a real browser: with WebAssembly in a worker, and under policies that forbid either. */
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import vectors from '../../packages/argon2id/test/vectors/argon2id.json' with { type: 'json' };
import { withCounterpart } from '../../scripts/test/with-counterpart.ts';
import { bundleForBrowser } from '../browser/bundle.mjs';
import { type OpenedPage, openPage } from '../browser/chromium.ts';

const WORKER = fileURLToPath(new URL('../../packages/argon2id/src/worker.mjs', import.meta.url));
const vector = vectors.find(({ id }) => id === 'owasp-m7168-t5-p1');

let opened: OpenedPage | undefined;
afterEach(() => opened?.close());

/** Opens a page with the package and its worker file, in the layout of a bundler. */
async function open(policy: string): Promise<{ compute: () => Promise<unknown>; workers: () => number }> {
  const page = await bundleForBrowser(
    `import { argon2id } from '@countersign/argon2id'; globalThis.bundled = { argon2id };`,
    'esm',
  );
  const worker = await bundleForBrowser(`import ${JSON.stringify(WORKER)};`, 'esm');
  const scripts = { '/worker.mjs': worker.script };
  opened = await openPage(page.script, { type: 'module', scripts, policy });
  let workers = 0;
  opened.page.on('worker', () => {
    workers += 1;
  });
  const { page: tab } = opened;
  return {
    workers: () => workers,
    compute: () =>
      tab.evaluate(`(async ({ password, salt, memory_kib: m, passes: t, parallelism: p }) => {
        const bytes = (hex) => Uint8Array.from(hex.match(/../g), (digits) => Number.parseInt(digits, 16));
        const tag = await bundled.argon2id({ password: bytes(password), salt: bytes(salt), cost: { m, t, p } });
        return Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join('');
      })(${JSON.stringify(vector)})`),
  };
}

withCounterpart('chromium', 'argon2id in headless Chromium', () => {
  it('computes with WebAssembly in a worker', async () => {
    const { compute, workers } = await open("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    expect(await compute()).toBe(vector?.tag);
    expect(workers()).toBe(1);
  });

  it('computes in JavaScript if the policy forbids WebAssembly', async () => {
    const { compute, workers } = await open("default-src 'self'");
    expect(await compute()).toBe(vector?.tag);
    expect(workers()).toBe(1);
  });

  it('computes in JavaScript if the policy forbids workers', async () => {
    const { compute, workers } = await open("default-src 'self'; worker-src 'none'");
    expect(await compute()).toBe(vector?.tag);
    expect(workers()).toBe(0);
  });

  it('ends the worker when the signal aborts', async () => {
    await open("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    const tab = opened?.page ?? expect.unreachable();
    const started = tab.waitForEvent('worker');
    const said = tab.evaluate(`(async () => {
      globalThis.controller = new AbortController();
      const options = { password: new Uint8Array(8), salt: new Uint8Array(8), cost: { m: 262144, t: 4, p: 1 } };
      return bundled.argon2id({ ...options, signal: controller.signal }).catch((error) => error);
    })()`);
    const worker = await started;
    const ended = worker.waitForEvent('close');
    await tab.evaluate(`controller.abort('enough')`);
    expect(await said).toBe('enough');
    await ended;
  });
});
