import { expect, test } from 'vitest';
import { createHealthReport } from './create-health-report.ts';

test('a hub whose scale-out reports nothing is healthy, and unhealthy while the server closes', () => {
  const hub = { name: 'ChatHub', connections: 2, entry: undefined };
  const open = createHealthReport([hub], false);
  expect(open.status).toBe('Healthy');
  expect(JSON.stringify(open)).toContain('"connections":2');
  expect(createHealthReport([hub], true).status).toBe('Unhealthy');
});
