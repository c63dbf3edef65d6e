import { defineConfig } from 'vitest/config';
import { testSummary } from './scripts/test-summary.mjs';

/** Tests that replace modules, so that each file needs a process of its own. All others share the processes of the run. */
const ALONE = ['packages/argon2id/test/faults.test.ts'];
const ALL = ['{packages,apps}/*/test/**/*.test.ts', 'scripts/test/**/*.test.ts', 'interop/test/**/*.test.ts'];
const OTHER_FOLDERS = ['**/node_modules/**', '**/dist/**'];
const SLOW = '**/*.slow.test.ts';

/**
 * One run for the whole repository. Packages are resolved to their TypeScript sources through the namespaced
 * `exports` condition, so nothing has to be built; the tests that start programs build them in `globalSetup`.
 * Slow tests (many rounds, size matrices, statistics) are a run of their own: `npm run test:slow`.
 */
export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ['@countersign/source', 'module', 'node', 'development|production'] } },
  plugins: [testSummary()],
  test: {
    globalSetup: ['scripts/test/global-setup.ts'],
    setupFiles: ['scripts/test/no-console.ts'],
    // Half of the time goes into waiting for programs, databases and terminals: more workers than cores.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    projects:
      mode === 'slow'
        ? [
            {
              extends: true,
              test: {
                name: 'slow',
                testTimeout: 300_000,
                include: [`{packages,apps,scripts,interop}/${SLOW}`],
              },
            },
          ]
        : [
            {
              extends: true,
              test: {
                name: 'shared',
                isolate: false,
                include: ALL,
                exclude: [...OTHER_FOLDERS, SLOW, ...ALONE],
              },
            },
            { extends: true, test: { name: 'alone', include: ALONE } },
          ],
  },
}));
