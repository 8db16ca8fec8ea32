import { describe, test } from 'vitest';
import { clientLinkFaults } from './client-link.ts';

// The cases mostly wait for timeouts, so they run at the same time.
describe.concurrent('between a client and the server', () => {
  test.each(clientLinkFaults)('$name: $mustHold', ({ run }) => run());
});
