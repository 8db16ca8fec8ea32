import { describe, test } from 'vitest';
import { emulatorLinkFaults } from './emulator-link.ts';

describe('between a server and the emulator', () => {
  test.each(emulatorLinkFaults)('$name: $mustHold', ({ run }) => run());
});
