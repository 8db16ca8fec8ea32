import type { AsyncCommand } from 'fast-check';
import type { Model } from '../model.ts';
import type { RunState } from '../run-state.ts';

/** An operation of the model-based test. */
export abstract class ModelCommand implements AsyncCommand<Model, RunState> {
  /** Returns whether the operation is possible now. */
  abstract check(model: Readonly<Model>): boolean;
  protected abstract execute(model: Model, state: RunState): Promise<void>;
  /** Describes the operation for a counterexample. */
  abstract toString(): string;

  async run(model: Model, state: RunState): Promise<void> {
    state.steps++;
    try {
      await this.execute(model, state);
      state.compare(model);
    } catch (error) {
      throw new Error(`'${this.toString()}': ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Settles if messages of the client may be on their way, and their race is not modeled. */
export async function settleSends(model: Model, state: RunState, slot: number): Promise<void> {
  if (!model.rules.isExact && model.at(slot).hasUnsettledSends) await state.settle(model);
}
