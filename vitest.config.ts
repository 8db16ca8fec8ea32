import { fileURLToPath } from 'node:url';
import { type UserConfig, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// One configuration for all packages. Tests run the sources, without a build. The other conditions
// are Node's own: bundlers also know 'module', but files under 'module' need not be modules for
// Node.
const conditions = ['@practical-signalr/source', 'node', 'module-sync', 'development|production'];

/** Starts the slowest test files first: those that start browsers and lessons, then large files. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = (file: TestSpecification): boolean =>
      /\/(lessons|slides|course|repository-checks|conformance)\//.test(file.moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

/**
 * Under turbo, a package prints only its failures and a summary, and writes a report, which
 * `npm test` counts.
 */
function reporters(): NonNullable<UserConfig['test']>['reporters'] {
  const isTurboTask = process.env['TURBO_HASH'] !== undefined;
  // Processes that a test starts are not tasks of turbo.
  delete process.env['TURBO_HASH'];
  if (!isTurboTask) return ['default'];
  return ['minimal', ['json', { outputFile: '.turbo/test-report.json' }]];
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    globalSetup: fileURLToPath(
      new URL('shared/lesson-kit/src/testing/build-page.ts', import.meta.url),
    ),
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    reporters: reporters(),
    // Tests mostly wait for browsers and servers, so more files than cores run at the same time.
    maxWorkers: 4,
    sequence: { sequencer: SlowestFirst },
    // Test files share a process and what they import. Mocks are restored after each test.
    isolate: false,
    restoreMocks: true,
    // These limits end tests that hang. A test that passes does not depend on them.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    // With 16 MB for new objects, Node collects garbage more often.
    execArgv: ['--conditions=@practical-signalr/source', '--max-semi-space-size=32'],
  },
});
