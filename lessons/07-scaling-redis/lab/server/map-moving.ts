import type { Server } from 'node:http';
import { instanceFilters, onDemand } from '@practical-signalr/lesson-kit/instances';
import { redis } from '@practical-signalr/redis';
import { SignalRServer } from '@practical-signalr/server';
import { type Express, Router } from 'express';
import { authentication } from '../../server/auth.ts';
import { MessageHub, methods } from '../../server/hub.ts';
import { key } from '../../server/token.ts';

/**
 * Maps the hub once more. When an instance stops, another instance continues its connections. This
 * is an addition of this project. `POST /moving/hand-over` hands them over before the process
 * stops.
 */
export function mapMoving(app: Express, server: Server): void {
  const url = process.env['REDIS_URL'];
  if (!url) {
    app.use('/moving', (_request, response) => {
      response.status(503).send('A hand-over needs Redis. Set the backplane to redis.');
    });
    return;
  }
  app.use(onDemand(['/moving'], () => Promise.resolve(startMoving(server, url))).handler);
}

function startMoving(server: Server, url: string) {
  const signalr = new SignalRServer({
    scaleOut: redis({ url, handOver: true }),
    connectionTokens: { keys: [key] },
    allowStatefulReconnects: true,
    filters: instanceFilters,
  });
  const options = { methods, authorize: true, authentication, name: 'MovingHub' } as const;
  signalr.mapHub('/moving/messages', MessageHub, options);
  signalr.attach(server);
  const router = Router();
  router.use(signalr.router());
  router.post('/moving/hand-over', async (_request, response) => {
    await signalr.close({ handOver: true });
    response.end();
  });
  return { handler: router, close: () => signalr.close() };
}
