import { findCommand } from '@practical-signalr/lesson-kit';
import { describe, test } from 'vitest';
import { machineFaults } from './machine.ts';

const isPossible = process.platform !== 'win32' && findCommand('redis-server') !== undefined;

describe.skipIf(!isPossible)('of a process or a machine', () => {
  test.each(machineFaults)('$name: $mustHold', ({ run }) => run());
});
