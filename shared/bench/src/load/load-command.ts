import { readLoadOptions } from './load-options.ts';
import { LoadRun } from './load-run.ts';

// The load generator for machines without a C compiler: JSON over WebSockets. It prints the same as
// the one in C, whose options it has.
try {
  const measurement = await new LoadRun(readLoadOptions(process.argv.slice(2))).run();
  console.log(JSON.stringify(measurement));
  process.exit(0);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
