import { setImmediate } from 'node:timers/promises';

/**
 * Resolves after this number of turns of the event loop. In each turn, Node reads the data of its
 * sockets.
 */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

/**
 * Resolves with the value once it has stayed the same for 100 turns of the event loop. If both ends
 * of a connection are in this process, all sent data has arrived by then.
 */
export async function settled(value: () => number): Promise<number> {
  for (;;) {
    const before = value();
    await turns(100);
    if (value() === before) return before;
  }
}
