import { findCommand } from '@practical-signalr/lesson-kit';
import { describe, test } from 'vitest';
import { redisLinkFaults } from './redis-link.ts';

// The cases mostly wait for timeouts, so they run at the same time.
const isInstalled = findCommand('redis-server') !== undefined;
describe.skipIf(!isInstalled).concurrent('between a server and Redis', () => {
  test.each(redisLinkFaults)('$name: $mustHold', ({ run }) => run());
});
