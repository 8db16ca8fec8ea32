import fc from 'fast-check';
import { arbitraryCommands } from './commands/arbitrary-commands.ts';
import type { ModelCommand } from './commands/model-command.ts';
import { restoreClock } from './commands/shift-clock.ts';
import { Model } from './model.ts';
import { RunState } from './run-state.ts';
import type { World } from './world.ts';

/** How long and where the model-based test runs. */
export interface ModelRunOptions {
  /** The first run uses this seed, the next ones the following numbers. */
  readonly seed: number;
  /** The number of operations, at least. The last run is finished. */
  readonly steps: number;
  /**
   * How long to wait for what must happen, in ms. It must be longer than the handshake timeout of
   * the servers. Default: 40,000.
   */
  readonly hangLimit?: number;
  /** Whether to search a shorter list of operations that fails. Default: false. */
  readonly shrinks?: boolean;
  /** Called after each run. */
  readonly onRun?: (steps: number) => void;
}

/** The outcome of the model-based test. */
export interface ModelReport {
  readonly runs: number;
  readonly steps: number;
  /** The number of messages that clients had received at the ends of the runs. */
  readonly received: number;
  /** The first difference from the model, with the operations that lead to it. */
  readonly failure: string | undefined;
}

/** How long to search a shorter list of operations, in ms. */
const SHRINK_LIMIT = 120_000;

let runs = 0;

/** Runs random operations until their number is reached or one differs from the model. */
export async function runModel(world: World, options: ModelRunOptions): Promise<ModelReport> {
  const { hangLimit = 40_000, shrinks = false } = options;
  const report = { runs: 0, steps: 0, received: 0 };
  while (report.steps < options.steps) {
    const seed = options.seed + report.runs;
    const property = fc.asyncProperty(arbitraryCommands(world), async (commands) => {
      const { steps, received } = await runCommands(world, commands, hangLimit);
      report.steps += steps;
      report.received += received;
    });
    const { failed, counterexample, errorInstance } = await fc.check(property, {
      seed,
      numRuns: 1,
      endOnFailure: !shrinks,
      interruptAfterTimeLimit: SHRINK_LIMIT,
    });
    report.runs++;
    if (failed) {
      const [commands = []] = counterexample ?? [];
      const lines = [...commands].map(String).join('\n  ');
      const message = (errorInstance as Error).message;
      const replay = `npm run model -- --over ${world.name} --seed ${seed} --steps 1`;
      return { ...report, failure: `${message}\nRepeat it with '${replay}':\n  ${lines}` };
    }
    options.onRun?.(report.steps);
  }
  return { ...report, failure: undefined };
}

async function runCommands(
  world: World,
  commands: Iterable<ModelCommand>,
  hangLimit: number,
): Promise<Pick<ModelReport, 'steps' | 'received'>> {
  runs++;
  const model = new Model(world.rules, runs);
  const state = new RunState(world, hangLimit);
  let received = 0;
  try {
    await fc.asyncModelRun(() => ({ model, real: state }), commands);
    received = await state.settle(model);
  } finally {
    restoreClock();
    await state.close();
  }
  return { steps: state.steps, received };
}
