import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../../../vitest.config.ts';

/**
 * The maximum number of runs of a property. More of them rarely find another mutation, and take
 * minutes.
 */
const MOST_RUNS = 150;

const merged = mergeConfig(base, {
  plugins: [
    {
      name: 'fewer-runs',
      enforce: 'pre',
      transform(code, id) {
        // Some tests count how many of their inputs are valid.
        if (!id.endsWith('.test.ts') || code.includes('toBeGreaterThan')) return undefined;
        return code.replace(/numRuns: ([\d_]+)/g, (text, runs) =>
          Number(runs.replaceAll('_', '')) > MOST_RUNS ? `numRuns: ${MOST_RUNS}` : text,
        );
      },
    },
  ],
  test: {
    // These tests read the sources, which the mutations change.
    exclude: ['**/errors.test.ts', '**/documentation.test.ts'],
    testTimeout: Number(process.env.MUTATION_TEST_TIMEOUT),
    hookTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
  },
});

/**
 * The configuration under which Stryker runs tests. `MUTATION_TESTS` has their patterns, and
 * `MUTATION_TEST_TIMEOUT` their time limit.
 */
export default defineConfig({
  ...merged,
  test: {
    ...merged.test,
    root: process.cwd(),
    include: JSON.parse(process.env.MUTATION_TESTS ?? '[]'),
    globalSetup: [],
    // Stryker runs the tests in threads, which refuse options of V8.
    execArgv: ['--conditions=@practical-signalr/source'],
    reporters: ['dot'],
    sequence: {},
  },
});
