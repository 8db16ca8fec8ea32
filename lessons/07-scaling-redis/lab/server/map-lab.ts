import type { Lesson } from '@practical-signalr/lesson-kit';
import { authentication } from '../../server/auth.ts';
import { MessageHub, methods } from '../../server/hub.ts';
import { key } from '../../server/token.ts';
import { mapMoving } from './map-moving.ts';
import { mapPresence } from './map-presence.ts';

/**
 * The lab's part of each instance: its health, and the hub with signed connection tokens, with
 * presence, and with connections that move.
 */
export function mapLab({ app, server, signalr }: Lesson): void {
  app.get('/health', (_request, response) => {
    response.json(signalr.health());
  });
  // An instance with the key accepts a WebSocket that another instance has negotiated.
  signalr.mapHub('/signed/messages', MessageHub, {
    methods,
    authorize: true,
    authentication,
    connectionTokens: { keys: [key] },
  });
  mapPresence(app, server);
  mapMoving(app, server);
}
