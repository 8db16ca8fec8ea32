import { describe, test } from 'vitest';
import { lifetimeCases } from './lifetime-cases.ts';
import { LocalLifetimeManager } from './local-lifetime-manager.ts';

describe('the lifetime manager of one process', () => {
  test.each(lifetimeCases)('$name', async ({ run }) => {
    const manager = new LocalLifetimeManager();
    await run(() => manager); // one server, whichever is asked
  });
});
