import { test } from 'vitest';
import { expectModel } from '../expect-model.ts';
import { ClusterWorld } from './cluster-world.ts';

test('over the workers of one machine, clients see what the model expects', async () => {
  await expectModel(await ClusterWorld.start(), 600);
});
