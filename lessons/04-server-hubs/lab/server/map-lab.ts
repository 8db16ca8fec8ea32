import { breakConnections, type Lesson } from '@practical-signalr/lesson-kit';
import { z } from 'zod';
import { MessageHub, methods } from '../../server/hub.ts';
import { FailingHub, failingMethods } from './failing-hub.ts';

/**
 * Announces connections as the lesson's hub does, but not in its chat: a class has its own clients.
 */
class AnnouncingHub extends MessageHub {}

/** Maps the hubs of the lab. */
export function mapLab({ app, server, signalr }: Lesson): void {
  // Types do not exist at run time. The schema refuses a number where the method expects a string.
  const options = {
    methods: { ...failingMethods, sendMessageToAll: { arguments: [z.string()] } },
  };
  signalr.mapHub('/lab/messages', FailingHub, options);
  signalr.mapHub('/lab/dropped-messages', FailingHub, options);
  signalr.mapHub('/lab/large-messages', FailingHub, {
    ...options,
    maximumReceiveMessageSize: 64 * 1024,
  });
  signalr.mapHub('/lab/parallel-messages', FailingHub, {
    ...options,
    maximumParallelInvocationsPerClient: 3,
  });
  signalr.mapHub('/lab/announcing-messages', AnnouncingHub, { methods });
  app.use('/break', breakConnections(server));
}
