import type { World } from '../world.ts';
import { ClusterWorld } from './cluster-world.ts';
import { EmulatorWorld } from './emulator-world.ts';
import { LocalWorld } from './local-world.ts';
import { RedisWorld } from './redis-world.ts';

/** The worlds that the model is compared with, by their names. */
export const worlds = {
  local: () => LocalWorld.start(),
  cluster: () => ClusterWorld.start(),
  redis: () => RedisWorld.start(),
  emulator: () => EmulatorWorld.start(),
} satisfies Record<string, () => Promise<World>>;

/** The name of a world. */
export type WorldName = keyof typeof worlds;
