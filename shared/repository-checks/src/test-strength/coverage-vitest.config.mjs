import { mergeConfig } from 'vitest/config';
import base from '../../../../vitest.config.ts';

const { COVERAGE_FOLDER, COVERAGE_PACKAGES } = process.env;

/** The configuration of `npm run coverage`, which sets the environment variables. */
export default mergeConfig(base, {
  test: {
    root: process.cwd(),
    reporters: ['dot'],
    // They measure memory and run no other code. With coverage, they take minutes.
    exclude: ['**/memory.test.ts', '**/client-churn.test.ts'],
    coverage: {
      enabled: true,
      provider: 'v8',
      include: [`shared/{${COVERAGE_PACKAGES}}/src/**/*.{ts,tsx}`],
      exclude: ['**/*.test.{ts,tsx}', '**/testing/**', '**/lifetime-suite/**'],
      reporter: ['json'],
      reportsDirectory: COVERAGE_FOLDER,
      reportOnFailure: true,
    },
  },
});
