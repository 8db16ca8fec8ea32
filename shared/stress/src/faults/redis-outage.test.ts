import { findCommand } from '@practical-signalr/lesson-kit';
import { describe, test } from 'vitest';
import { redisOutages } from './redis-outage.ts';

// The cases mostly wait for timeouts, so they run at the same time.
const isInstalled = findCommand('redis-server') !== undefined;
describe.skipIf(!isInstalled).concurrent('outages of Redis', () => {
  test.each(redisOutages)('$name: $mustHold', ({ run }) => run());
});
