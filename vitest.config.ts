import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { testSummary } from './scripts/test-summary.mjs';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
/** The folder of one package, if vitest is started in it: its tests alone are run. */
const [ONE] =
  /^(?:(?:packages|apps)\/[^/]+|scripts|interop)(?=\/|$)/.exec(relative(ROOT, process.cwd())) ?? [];
const FOLDERS = ONE === undefined ? ['{packages,apps}/*', 'scripts', 'interop'] : [ONE];

/** Tests that replace modules, so that each file needs a process of its own. All others share the processes of the run. */
const ALONE = ['packages/argon2id/test/faults.test.ts'];
const ALL = FOLDERS.map((folder) => `${folder}/test/**/*.test.ts`);
const OTHER_FOLDERS = ['**/node_modules/**', '**/dist/**'];
const SLOW = '**/*.slow.test.ts';

/** Starts the tests of the programs first: they take longest, and spend most of it waiting for processes. */
class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfProgram = ({ moduleId }: TestSpecification) => moduleId.includes('/apps/');
    return [...sorted.filter(isOfProgram), ...sorted.filter((file) => !isOfProgram(file))];
  }
}

/**
 * One run for the whole repository. Packages are resolved to their TypeScript sources through the namespaced
 * `exports` condition, so nothing has to be built; the tests that start programs build them in `globalSetup`.
 * Slow tests (many rounds, size matrices, statistics) are a run of their own: `npm run test:slow`.
 */
export default defineConfig(({ mode }) => ({
  ssr: { resolve: { conditions: ['@countersign/source', 'module', 'node', 'development|production'] } },
  plugins: [testSummary()],
  test: {
    root: ROOT,
    globalSetup: ['scripts/test/global-setup.ts'],
    setupFiles: ['scripts/test/no-console.ts'],
    // Half of the time goes into waiting for programs, databases and terminals: more workers than cores.
    maxWorkers: 4,
    sequence: { sequencer: ProgramsFirst },
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
                include: FOLDERS.map((folder) => `${folder}/test/${SLOW}`),
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
            {
              extends: true,
              test: {
                name: 'alone',
                include: ALONE.filter((file) => ONE === undefined || file.startsWith(`${ONE}/`)),
              },
            },
          ],
  },
}));
