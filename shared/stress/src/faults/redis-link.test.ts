import { findCommand } from '@practical-signalr/lesson-kit';
import { describe, test } from 'vitest';
import { redisLinkFaults } from './redis-link.ts';

describe.skipIf(findCommand('redis-server') === undefined)('between a server and Redis', () => {
  test.each(redisLinkFaults)('$name: $mustHold', ({ run }) => run());
});
