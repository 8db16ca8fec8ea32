import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all garbage now. */
export const collectGarbage = runInNewContext('gc') as () => void;

/** Returns how many of the objects are still in memory. */
export async function countReachable(objects: readonly WeakRef<object>[]): Promise<number> {
  // A WeakRef keeps its object until the end of the turn in which it was used.
  await setImmediate();
  collectGarbage();
  return objects.filter((object) => object.deref() !== undefined).length;
}
