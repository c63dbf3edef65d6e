import { defineConfig } from 'vitest/config';

/**
 * One run for the whole repository. Packages are resolved to their TypeScript sources through the namespaced
 * `exports` condition, so nothing has to be built; the tests that start programs build them in `globalSetup`.
 */
export default defineConfig({
  ssr: { resolve: { conditions: ['@countersign/source', 'module', 'node', 'development|production'] } },
  test: {
    include: [
      '{packages,apps}/*/test/**/*.test.ts',
      'scripts/test/**/*.test.ts',
      'interop/test/**/*.test.ts',
    ],
    globalSetup: ['scripts/test/global-setup.ts'],
    setupFiles: ['scripts/test/no-console.ts'],
    // Half of the time goes into waiting for programs, databases and terminals: more workers than cores.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
