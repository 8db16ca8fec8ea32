import { describe, test } from 'vitest';
import { emulatorLinkFaults } from './emulator-link.ts';

// The cases mostly wait for timeouts, so they run at the same time.
describe.concurrent('between a server and the emulator', () => {
  test.each(emulatorLinkFaults)('$name: $mustHold', ({ run }) => run());
});
