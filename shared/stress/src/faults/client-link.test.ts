import { describe, test } from 'vitest';
import { clientLinkFaults } from './client-link.ts';

describe('between a client and the server', () => {
  test.each(clientLinkFaults)('$name: $mustHold', ({ run }) => run());
});
