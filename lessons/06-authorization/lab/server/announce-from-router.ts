import type { HubContext } from '@practical-signalr/server';
import type { RequestHandler } from 'express';
import type { MessageClient } from '../../contract.ts';

/** Sends to one group or one connection: `POST /lab/announce?group=…` or `?connection=…`. */
export function announceFromRouter(messages: HubContext<MessageClient>): RequestHandler {
  return async ({ query }, response) => {
    const { group, connection } = query as { group?: string; connection?: string };
    const receivers =
      group === undefined
        ? messages.clients.client(connection ?? '')
        : messages.clients.group(group);
    await receivers.send('ReceiveMessage', 'from the router');
    response.send('sent');
  };
}
