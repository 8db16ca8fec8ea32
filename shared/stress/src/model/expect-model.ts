import assert from 'node:assert/strict';
import { runModel } from './run-model.ts';
import type { World } from './world.ts';

/** Runs this number of operations over a world, and fails with the first difference. */
export async function expectModel(world: World, steps: number): Promise<void> {
  try {
    const report = await runModel(world, { seed: 22, steps });
    assert.equal(report.failure, undefined);
    // A run whose clients receive nothing would agree with every model.
    assert.ok(report.received > 0, 'the clients have received messages');
  } finally {
    await world.close();
  }
}
