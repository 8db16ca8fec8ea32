import { mergeConfig } from 'vitest/config';
import base from '../../../../vitest.config.ts';

const { COVERAGE_FOLDER, COVERAGE_REPORTER = 'text' } = process.env;

/** The configuration of `npm run coverage`, which sets the environment variables. */
export default mergeConfig(base, {
  test: {
    root: process.cwd(),
    reporters: ['dot'],
    coverage: {
      enabled: true,
      provider: 'v8',
      include: [`${COVERAGE_FOLDER}/src/**/*.{ts,tsx}`],
      exclude: ['**/*.test.{ts,tsx}', '**/testing/**', '**/lifetime-suite/**'],
      reporter: [COVERAGE_REPORTER, 'json-summary'],
      reportsDirectory: `.test-strength/coverage/${COVERAGE_FOLDER}`,
      reportOnFailure: true,
    },
  },
});
