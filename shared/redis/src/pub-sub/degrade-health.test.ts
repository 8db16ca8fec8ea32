import { expect, test } from 'vitest';
import { degradeHealth } from './degrade-health.ts';

const healthy = { status: 'Healthy', data: {} } as const;

test('the health names every part that has a problem', () => {
  const problems = { Presence: 'Redis is full.', History: 'Redis is full.' };
  expect(degradeHealth(healthy, problems)).toEqual({
    status: 'Degraded',
    description: 'Presence: Redis is full. History: Redis is full.',
    data: {},
  });
  expect(degradeHealth(healthy, { Presence: undefined, History: undefined })).toBe(healthy);
  const unavailable = { status: 'Unhealthy', data: {} } as const;
  expect(degradeHealth(unavailable, problems)).toBe(unavailable);
});
