import { startInstances } from '@practical-signalr/lesson-kit/instances';
import { mapControlPanel } from '../lab/server/map-control-panel.ts';
import { redis } from '../lab/server/redis.ts';
import { key } from './token.ts';
// Starts main.ts twice, and a balancer in front of both, which also serves the page.
await startInstances(import.meta.url, {
  rule: 'sticky',
  paths: ['/messages', '/token', '/announcement', '/signed', '/presence', '/moving', '/health'],
  environment: { TOKEN_KEY: key, REDIS_URL: redis.url },
  mapLab: mapControlPanel,
});
