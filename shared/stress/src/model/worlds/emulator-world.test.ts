import { test } from 'vitest';
import { expectModel } from '../expect-model.ts';
import { EmulatorWorld } from './emulator-world.ts';

test('over the emulator with two servers, clients see what the model expects', async () => {
  await expectModel(await EmulatorWorld.start(), 500);
});
