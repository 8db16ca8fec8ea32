import type { Server } from 'node:http';
import { instanceFilters, instanceName, onDemand } from '@practical-signalr/lesson-kit/instances';
import { presence, redis } from '@practical-signalr/redis';
import { SignalRServer } from '@practical-signalr/server';
import { type Express, Router } from 'express';
import { authentication } from '../../server/auth.ts';
import { MessageHub, methods } from '../../server/hub.ts';

/**
 * Maps the hub once more, with presence: `GET /presence/members/Lab` lists the members of a group
 * over all instances. Presence is an addition of this project. It keeps keys in Redis, so it starts
 * with the first request that needs it.
 */
export function mapPresence(app: Express, server: Server): void {
  const url = process.env['REDIS_URL'];
  if (!url) {
    app.use('/presence', (_request, response) => {
      response.status(503).send('Presence needs Redis. Set the backplane to redis.');
    });
    return;
  }
  app.use(onDemand(['/presence'], () => Promise.resolve(startPresence(server, url))).handler);
}

function startPresence(server: Server, url: string) {
  const online = presence({ url });
  const signalr = new SignalRServer({
    scaleOut: redis({ url, serverName: instanceName(), presence: online }),
    filters: instanceFilters,
  });
  signalr.mapHub('/presence/messages', MessageHub, { methods, authorize: true, authentication });
  signalr.attach(server);
  const router = Router();
  router.use(signalr.router());
  router.get('/presence/members/:group', async ({ params }, response) => {
    const members = await online.of('MessageHub').members(params.group);
    const names = members.map(
      ({ userIdentifier, serverName }) => `${userIdentifier} on ${serverName}`,
    );
    // The names come from users and may look like HTML.
    response.type('text').send(`In the group: ${names.sort().join(', ') || 'nobody'}`);
  });
  return { handler: router, close: () => signalr.close() };
}
