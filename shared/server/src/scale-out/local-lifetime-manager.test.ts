import { describe, test } from 'vitest';
import { lifetimeCases } from '../lifetime-suite/lifetime-cases.ts';
import { LocalLifetimeManager } from './local-lifetime-manager.ts';

describe('LocalLifetimeManager', () => {
  test.each(lifetimeCases)('$name', async ({ run }) => {
    const manager = new LocalLifetimeManager();
    await run(() => manager); // all servers of the case are the same process
  });
});
