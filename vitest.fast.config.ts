import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Everything but the tests that start programs, databases, browsers or other people's libraries. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        '**/node_modules/**',
        '**/dist/**',
        'apps/**',
        'interop/**',
        'scripts/**',
        '**/*.slow.test.ts',
      ],
    },
  }),
);
