import { test } from 'vitest';
import { expectModel } from '../expect-model.ts';
import { LocalWorld } from './local-world.ts';

test('over one server, clients see what the model expects', async () => {
  await expectModel(await LocalWorld.start(), 1200);
});
