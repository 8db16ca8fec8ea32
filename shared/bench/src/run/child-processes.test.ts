import { expect, test } from 'vitest';
import { exitOnSignals } from './child-processes.ts';

test.each(['SIGINT', 'SIGTERM'] as const)(
  'any number of commands share one listener of %s',
  (signal) => {
    exitOnSignals();
    const listeners = process.listeners(signal);
    for (let command = 0; command < 11; command++) exitOnSignals();
    expect(process.listeners(signal)).toEqual(listeners);
  },
);
