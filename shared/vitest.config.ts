import { defineConfig } from 'vitest/config';

// One configuration for every package: sources are used as they are, without a build. Conditions are Node's own: bundlers know 'module'
// too, but files under it need not be modules for Node.
const conditions = ['@practical-signalr/source', 'node', 'module-sync', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: process.env['VITEST_ROOT'],
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Much of the time is waiting for browsers and servers: three files at once, on two cores too.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A slow machine is not a failure: what is waited for may take a while.
    expect: { poll: { timeout: 10_000 } },
    execArgv: ['--conditions=@practical-signalr/source'],
  },
});
