import type { Lesson } from '@practical-signalr/lesson-kit';
import { authentication } from '../../server/auth.ts';
import { MessageHub, methods } from '../../server/hub.ts';
import { key } from '../../server/token.ts';
import { mapPresence } from './map-presence.ts';

/**
 * The lab's part of each instance: its health, the hub with signed connection tokens, and the hub
 * with presence.
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
}
