import { createCommand, runCommand, wholeNumber } from '@practical-signalr/lesson-kit/command-line';
import type { DifferentialOptions } from './differential/run-differential.ts';

/** `npm run differential`: compares the twin with ASP.NET Core on generated cases. */
const command = createCommand(
  'npm run differential',
  '[-- options]',
  'Sends generated cases to ASP.NET Core and to the twin, and reports where their answers differ.',
)
  .option('--seed <number>', 'first seed; each seed has its own cases', wholeNumber(0, 1e9), 1)
  .option('--cases <number>', 'cases of each seed', wholeNumber(1, 1e6), 2000)
  .option(
    '--minutes <number>',
    'continue with the next seeds for this time',
    wholeNumber(0, 1e5),
    0,
  )
  .option('--lanes <number>', 'cases to play at the same time', wholeNumber(1, 100), 12)
  .option(
    '--expected <address>',
    'reference server (default: .NET, or recorded answers without it)',
  )
  .option('--actual <address>', 'server to test (default: a twin that this command starts)')
  .option('--recorded', 'compare with the recorded answers, also if the .NET SDK is installed')
  .option('--record', 'record the answers of the reference server for the tests')
  .action(async (options: DifferentialOptions) => {
    try {
      // The help needs none of this.
      const { runDifferential } = await import('./differential/run-differential.ts');
      process.exitCode = await runDifferential(options);
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  });
await runCommand(command, process.argv.slice(2));
