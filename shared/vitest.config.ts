import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// One configuration for every package: sources are used as they are, without a build. Conditions are Node's own: bundlers know 'module'
// too, but files under it need not be modules for Node.
const conditions = ['@practical-signalr/source', 'node', 'module-sync', 'development|production'];

/** What starts browsers and lessons begins first, since what begins last decides when all is over; within both the larger file first. */
class LessonsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const [first, then]: [TestSpecification[], TestSpecification[]] = [[], []];
    for (const file of await super.sort(files)) {
      (/\/(lessons|slides|course|repository-checks|conformance)\//.test(file.moduleId)
        ? first
        : then
      ).push(file);
    }
    return [...first, ...then];
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: process.env['VITEST_ROOT'],
    globalSetup: fileURLToPath(
      new URL('lesson-kit/src/testing/browser-server.ts', import.meta.url),
    ),
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Much of the time is waiting for browsers and servers: four files at once, on two cores too.
    maxWorkers: 4,
    sequence: { sequencer: LessonsFirst },
    // Files share a process, and so what they import; what a test has put in the place of something ends with it.
    isolate: false,
    restoreMocks: true,
    // These limits end a test that hangs. No test that passes depends on them, however slow the machine is.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    execArgv: ['--conditions=@practical-signalr/source'],
  },
});
