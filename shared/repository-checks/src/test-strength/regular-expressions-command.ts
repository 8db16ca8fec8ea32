import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '@practical-signalr/course';
import { createCommand, runCommand } from '@practical-signalr/lesson-kit/command-line';
import { findRegularExpressions } from '../regular-expressions.ts';
import { installTools, toolsFolder } from './install-tools.ts';

/** Not a dependency: the command installs it. */
const detector = 'redos-detector';

/** The part of the tool that is used here. */
interface RedosDetector {
  readonly isSafe: (expression: RegExp, options: object) => { readonly safe: boolean };
}

/** The code that reads data of clients, other servers and the service. */
const folders = ['protocol', 'server', 'redis', 'azure', 'azure-emulator'].map(
  (name) => `shared/${name}/src`,
);

/** The files with expressions that were reviewed, and why they are fast enough. */
const accepted: Readonly<Record<string, string>> = {
  'azure/src/endpoints/connection-string.ts': 'reads a connection string of the configuration',
  'azure/src/endpoints/create-endpoints.ts': 'reads a connection string of the configuration',
  'redis/src/pub-sub/explain-redis-error.ts': 'reads short error messages of Redis',
  'server/src/hosting/routes/subpath-action.ts': 'each segment of a path is tried once',
  'server/src/hubs/dispatch/method-signature.ts': 'reads the source code of a hub class',
};

/** `npm run regular-expressions`: checks how much time regular expressions can take. */
const command = createCommand(
  'npm run regular-expressions',
  '',
  'Checks with redos-detector that each regular expression of the published packages takes linear time for every text.',
);
await runCommand(command.action(check), process.argv.slice(2));

function check(): void {
  installTools({ [detector]: '6.1.4' });
  const require = createRequire(join(toolsFolder, 'package.json'));
  const { isSafe } = require(detector) as RedosDetector;
  const files = execFileSync('git', ['ls-files', ...folders], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => /(?<!\.d|\.test)\.tsx?$/.test(file) && !file.includes('/testing/'));
  const expressions = files.flatMap((file) =>
    findRegularExpressions(file, readFileSync(join(root, file), 'utf8')),
  );
  const slow = expressions.filter(({ file, pattern, flags }) => {
    const isAccepted = Object.keys(accepted).some((end) => file.endsWith(end));
    // A number of steps instead of a time limit: the result must not depend on the machine.
    const limits = { maxScore: 200, maxSteps: 20_000, timeout: Number.POSITIVE_INFINITY };
    return !isAccepted && !isSafe(new RegExp(pattern, flags), limits).safe;
  });
  for (const { file, pattern, flags } of slow)
    console.error(`/${pattern}/${flags} in ${file} can take more than linear time.`);
  console.log(`${expressions.length} expressions, ${slow.length} of them too slow.`);
  if (slow.length > 0) process.exitCode = 1;
}
