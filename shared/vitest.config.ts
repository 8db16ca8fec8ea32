import { defineConfig } from 'vitest/config';

// One configuration for every package: sources are used as they are, without a build.
const conditions = ['@practical-signalr/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: process.env['VITEST_ROOT'],
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    execArgv: ['--conditions=@practical-signalr/source'],
  },
});
