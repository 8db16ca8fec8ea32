import { findCommand } from '@practical-signalr/lesson-kit';
import { test } from 'vitest';
import { expectModel } from '../expect-model.ts';
import { RedisWorld } from './redis-world.ts';

test.skipIf(findCommand('redis-server') === undefined)(
  'over Redis with two servers, clients see what the model expects',
  async () => {
    await expectModel(await RedisWorld.start(), 700);
  },
);
